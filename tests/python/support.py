# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the Python package share: the sandbox, and what it saw.

tests/suite/python.sh starts the sandbox and writes the profiles; it says where
they are in the environment.
"""

import json
import os
import unittest
import urllib.parse
import urllib.request

CONTROL = os.environ["SANDBOX_CONTROL"]
SEVEN = os.environ["SANDBOX_SEVEN"]
XY = os.environ["SANDBOX_XY"]
SEED = os.environ["SANDBOX_SEED"]
APIKEY = os.environ["SANDBOX_APIKEY"]
CA = os.environ["SANDBOX_CA"]

#: Each provider's profile, and what answers 200 to it.
TARGETS = [
    ("seven", f"{SEVEN}/eyes"),
    ("xy", f"{XY}/api/v1/occupancy"),
    ("seed", f"{SEED}/api/version/"),
]


def control(command, **parameters):
    """Have the sandbox do something."""
    query = urllib.parse.urlencode(parameters)
    request = urllib.request.Request(
        f"{CONTROL}{command}?{query}", method="POST"
    )
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def log(provider):
    """The requests that a provider was sent."""
    with urllib.request.urlopen(
        f"{CONTROL}/log?provider={provider}"
    ) as answer:
        return json.load(answer)


def asked(provider, path):
    """How often."""
    return sum(1 for row in log(provider) if row["path"] == path)


class SandboxTest(unittest.TestCase):
    """The sandbox misbehaves in no way, and its log is empty."""

    def setUp(self):
        control("/clear")
        control("/log/clear")
