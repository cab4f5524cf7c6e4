# SPDX-License-Identifier: BSD-2-Clause
"""XY Sense: who is where; a key and its secret are exchanged for a token, and
the token is sent with the query.  Both are one word: auth.
"""

import requests

import apam

occupancy = requests.post(
    "https://core-api.app.xysense.io/api/v1/query",
    json={},
    auth=apam.auth("xysense"),
)
occupancy.raise_for_status()
print(occupancy.json())
