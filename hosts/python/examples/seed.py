# SPDX-License-Identifier: BSD-2-Clause
"""SEED Platform's sample (docs/source/api.rst of SEED-platform/seed): which
version is there.  The pair of email and API key is one word: auth.
"""

import requests

import apam

version = requests.get(
    "https://seed-platform.org/api/version/",
    auth=apam.auth("seed"),
)
version.raise_for_status()
print(version.json())
