# SPDX-License-Identifier: BSD-2-Clause
"""Through the agent, by a user who can read no secret; tests/suite/agent/python.sh
runs it, and the tests of what lasts and of the samples."""

import os
import subprocess
import sys

import apam
import apam.requests
import requests
from support import CA, SEED, SEVEN, TARGETS, SandboxTest, asked, control

SECRETS = os.path.join(os.path.dirname(os.environ["APAM_CONFIG"]), "secrets")


class Served(SandboxTest):
    def test_no_secret_can_be_read(self):
        for name in ("one", "xy", "seed"):
            with self.assertRaises(PermissionError):
                open(os.path.join(SECRETS, name)).close()

    def test_each_provider_answers(self):
        session = requests.Session()
        session.verify = CA
        for name, url in TARGETS:
            by_session = apam.Session(name).get(url)
            by_auth = session.get(url, auth=apam.requests.Auth(name))
            self.assertEqual(
                (by_session.status_code, by_auth.status_code), (200, 200))

    def test_keys_are_checked(self):
        for name, _ in TARGETS:
            (report,) = apam.check(name)
            self.assertIs(report.state, apam.KeyState.GOOD)

    def test_a_rejected_token_is_replaced(self):
        apam.sign("seven", "GET", f"{SEVEN}/eyes").release()
        control("/log/clear")
        control("/fault", provider="7signal", path="/eyes", kind="401",
                count=1)
        answer = apam.Session("seven").get(f"{SEVEN}/eyes")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(asked("7signal", "/eyes"), 2)
        self.assertEqual(asked("7signal", "/oauth2/token"), 1)

    def test_what_no_rule_gives_is_refused(self):
        with self.assertRaises(apam.DeniedError):
            apam.sign("ours", "GET", f"{SEED}/api/v3/")

    def test_the_interpreter_ends_with_calls_under_way(self):
        apam.profile("seven")
        control("/fault", provider="7signal", path="/oauth2", kind="hang")
        ended = subprocess.run(
            [sys.executable, "-c", f"""if True:
                import apam, threading
                began = threading.Barrier(9)
                def work():
                    began.wait()
                    apam.sign("cold", "GET", "{SEVEN}/cold", timeout=50)
                for _ in range(8):
                    threading.Thread(target=work, daemon=True).start()
                began.wait()
            """], timeout=60, capture_output=True, text=True,
        )
        control("/clear")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
