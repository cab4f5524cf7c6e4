# SPDX-License-Identifier: BSD-2-Clause
"""Python's OAuth libraries: the header of one request from a cached token of
900 bytes.  argv[1] is authlib or requests-oauthlib.  Prints the nanoseconds
of one operation: the median over rounds."""

import statistics
import sys
import time

import requests

ROUNDS, COUNT = 15, 400
URL = "https://api.example.com/v1/things?page=2"
TOKEN = {
    "access_token": ("not-a-secret-" * 70)[:900],
    "token_type": "Bearer",
    "expires_in": 28800,
    "expires_at": time.time() + 28800,
}


def authlib():
    from authlib.integrations.requests_client import OAuth2Session

    return OAuth2Session("bench", "not-a-secret", token=TOKEN).token_auth


def requests_oauthlib():
    from requests_oauthlib import OAuth2

    return OAuth2("bench", token=TOKEN)


def sample(sign, request):
    start = time.perf_counter_ns()
    for _ in range(COUNT):
        sign(request)
    return (time.perf_counter_ns() - start) / COUNT


def main():
    sign = {"authlib": authlib, "requests-oauthlib": requests_oauthlib}[
        sys.argv[1]
    ]()
    request = requests.Request("GET", URL).prepare()
    sign(request)
    value = request.headers["Authorization"]
    if value not in (
        "Bearer " + TOKEN["access_token"],
        b"Bearer " + TOKEN["access_token"].encode(),
    ):
        sys.exit("it did not sign")
    samples = [sample(sign, request) for _ in range(ROUNDS)]
    print("%.1f" % statistics.median(samples))


main()
