# SPDX-License-Identifier: BSD-2-Clause
import os

import requests

url, token = os.environ["URL"], os.environ["TOKEN"]
session = requests.Session()
if token:
    session.headers["Authorization"] = "Bearer " + token
    session.trust_env = False
got = session.get(url + "/echo?a=1")
assert got.json()["method"] == "GET", (got.status_code, got.text)
sent = session.post(url + "/echo", data="x" * 2000)
assert sent.json()["n"] == 2000, (sent.status_code, sent.text)
