# SPDX-License-Identifier: BSD-2-Clause
"""hosts/python/examples, as they stand but for where they send to."""

import os
import pathlib
import subprocess
import sys

from support import CA, SEED, SEVEN, XY, SandboxTest, asked

EXAMPLES = pathlib.Path(__file__).parents[2] / "hosts/python/examples"
SAMPLES = [
    ("7signal", "https://api-v2.7signal.com", SEVEN, "7signal",
     "/incidents/agents"),
    ("xysense", "https://core-api.app.xysense.io", XY, "xysense",
     "/api/v1/query"),
    ("seed", "https://seed-platform.org", SEED, "seed", "/api/version/"),
]
PROFILES = {"7signal": "seven"}


class Samples(SandboxTest):
    maxDiff = None

    def test_each_prints_what_the_api_says(self):
        for name, host, sandbox, provider, path in SAMPLES:
            with self.subTest(name=name):
                program = (EXAMPLES / f"{name}.py").read_text()
                self.assertEqual(program.count(host), 1)
                self.assertEqual(program.count("auth="), 1)
                profile = PROFILES.get(name, name)
                ended = subprocess.run(
                    [sys.executable, "-c",
                     program.replace(host, sandbox)
                     .replace(f'"{name}"', f'"{profile}"')],
                    env={**os.environ, "REQUESTS_CA_BUNDLE": CA},
                    timeout=60, capture_output=True, text=True,
                )
                self.assertEqual((ended.returncode, ended.stderr), (0, ""))
                self.assertTrue(ended.stdout.startswith(("{", "[")))
                self.assertEqual(asked(provider, path), 1)

    def test_there_are_no_others(self):
        self.assertEqual(
            {file.stem for file in EXAMPLES.glob("*.py")},
            {sample[0] for sample in SAMPLES},
        )
