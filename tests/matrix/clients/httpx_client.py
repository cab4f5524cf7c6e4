# SPDX-License-Identifier: BSD-2-Clause
import os

import httpx

url, token = os.environ["URL"], os.environ["TOKEN"]
headers = {"Authorization": "Bearer " + token} if token else {}
with httpx.Client(headers=headers) as client:
    got = client.get(url + "/echo?a=1")
    assert got.json()["method"] == "GET", (got.status_code, got.text)
    # A generator: the body is chunked.
    sent = client.post(url + "/echo", content=(b"x" * 200 for _ in range(10)))
    assert sent.json()["n"] == 2000, (sent.status_code, sent.text)
