# SPDX-License-Identifier: BSD-2-Clause
"""What apam.requests.Auth costs on a prepared request, beside requests-oauthlib
and authlib, which sign with a token that they hold already.

tests/bench/python.sh starts the sandbox and says where it is.  Each row is
the least of many rounds, which are interleaved; microseconds a request.
"""

import os
import sys
import time

import requests
from requests.auth import HTTPBasicAuth

import apam.requests

URL = os.environ["SANDBOX_SEVEN"] + "/eyes"
ROUNDS, CALLS = 200, 200
TOKEN = {"access_token": "FAKE" * 100, "token_type": "Bearer"}


def rows():
    yield "apam", apam.requests.Auth("seven")
    yield "requests, Basic", HTTPBasicAuth("user", "FAKE")
    try:
        from requests_oauthlib import OAuth2

        yield "requests-oauthlib", OAuth2(token=TOKEN)
    except ImportError:
        print("requests-oauthlib: not installed", file=sys.stderr)
    try:
        from authlib.integrations.requests_client import OAuth2Auth

        yield "authlib", OAuth2Auth(TOKEN)
    except ImportError:
        print("authlib: not installed", file=sys.stderr)


def one_round(auth, prepared):
    """Microseconds of one call, for a request that was prepared just now."""
    fresh = [prepared.copy() for _ in range(CALLS)]
    begun = time.perf_counter_ns()
    for request in fresh:
        auth(request)
        request.hooks["response"].clear()
    return (time.perf_counter_ns() - begun) / CALLS / 1000


def main():
    prepared = requests.Session().prepare_request(requests.Request("GET", URL))
    auths = dict(rows())
    least = dict.fromkeys(auths, float("inf"))
    for _ in range(ROUNDS):
        for name, auth in auths.items():
            took = one_round(auth, prepared)
            least[name] = min(least[name], took)
    for name, took in least.items():
        print(f"{name:20} {took:6.2f} us")


main()
