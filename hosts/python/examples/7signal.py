# SPDX-License-Identifier: BSD-2-Clause
"""7SIGNAL's sample (https://7signal.com/info/api): incidents of the last day.

Its token exchange, and the header with the token, are one word: auth.
"""

import requests

import apam

incidents = requests.get(
    "https://api-v2.7signal.com/incidents/agents",
    headers={"Accept": "application/json"},
    auth=apam.auth("7signal"),
)
incidents.raise_for_status()
print(incidents.json())
