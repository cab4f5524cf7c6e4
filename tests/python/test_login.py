# SPDX-License-Identifier: BSD-2-Clause
"""apam.login: a person logs in by a code or a browser, and out again."""

import asyncio
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import apam
import apam.aio
from apam.login import EventKind, Login, Way, logout

HERE = pathlib.Path(__file__).parents[1]
PROFILES = pathlib.Path(os.environ["APAM_CONFIG"]).parent / "apam.d"
BACK = "http://127.0.0.1:1/callback"


class Logins(unittest.TestCase):
    """The provider is that of tests/suite/cli/login.sh."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.mode = pathlib.Path(cls.folder.name) / "mode"
        cls.mode.write_text("token")
        cls.provider = subprocess.Popen(
            [sys.executable, HERE / "suite/cli/login_provider.py", cls.mode,
             os.devnull], stdout=subprocess.PIPE, text=True,
        )
        port = cls.provider.stdout.readline().strip()
        for name, more in (("code", ""), ("browser", 'flow = "browser";'),
                           ("asks", "asks = true;")):
            (PROFILES / f"{name}.conf").write_text(f"""
                origins = [ "http://127.0.0.1:{port}/{name}" ];
                allow_http = true;
                auth = ( {{ scheme = "login-test"; pause = "1s"; {more}
                  server = "http://127.0.0.1:{port}/login";
                  token = "store:{name}"; }} );""")
        cls.port = port

    @classmethod
    def tearDownClass(cls):
        for name in ("code", "browser", "asks"):
            (PROFILES / f"{name}.conf").unlink()
        cls.provider.terminate()
        cls.provider.wait()
        cls.provider.stdout.close()
        cls.folder.cleanup()

    def setUp(self):
        self.mode.write_text("token")
        self.context = apam.Context()
        self.addCleanup(self.context.close)

    def signs(self, name):
        url = f"http://127.0.0.1:{self.port}/{name}"
        self.context.profile(name).sign("GET", url).release()

    def test_by_a_code(self):
        with self.assertRaises(apam.RevokedError) as raised:
            self.signs("code")
        self.assertIs(raised.exception.status, apam.Status.LOGIN)
        with Login(self.context.profile("code")) as login:
            events = list(login.events())
        self.assertEqual([e.kind for e in events],
                         [EventKind.SHOW, EventKind.DONE])
        self.assertEqual(events[0].code, "FAKE-12")
        self.assertEqual(events[0].url, "https://idp.example/enter")
        self.assertEqual(events[0].stored, "store:code")
        self.signs("code")
        out = logout(self.context.profile("code"))
        self.assertEqual((out.result, out.stored, out.forget_status),
                         ("revoked", "store:code", apam.Status.OK))
        again = logout(self.context.profile("code"))
        self.assertIn("log in again", again.text)

    def test_by_a_browser(self):
        profile = self.context.profile("browser")
        with Login(profile, redirect_uri=BACK, way=Way.BROWSER) as login:
            event = login.next()
            self.assertIs(event.kind, EventKind.REDIRECT)
            with self.assertRaises(apam.UsageError):
                login.redirected("http://127.0.0.1:1/elsewhere?a=b")
            login.redirected(f"{BACK}?code=fake-code&state=fake-state")
            self.assertIs(login.next().kind, EventKind.DONE)
        logout(profile)

    def test_a_person_says_no(self):
        with Login(self.context.profile("asks")) as login:
            self.assertIs(login.next().kind, EventKind.CONFIRM)
            login.confirm(False)
            with self.assertRaises(apam.DeniedError):
                login.next()

    def test_nothing_is_waited_for(self):
        self.mode.write_text("pending")
        with Login(self.context.profile("code")) as login:
            while login.next(0).kind is EventKind.WAIT:
                pass
            self.assertIs(login.next(0).kind, EventKind.WAIT)
        with self.assertRaises(ValueError):
            login.next()

    def test_it_expires(self):
        self.mode.write_text("expired")
        with Login(self.context.profile("code")) as login:
            self.assertIs(login.next().kind, EventKind.SHOW)
            with self.assertRaises(apam.RevokedError) as raised:
                login.next()
            self.assertIs(raised.exception.status, apam.Status.EXPIRED)

    def test_a_profile_without_a_login(self):
        for call in Login, logout:
            with self.assertRaises(apam.Error):
                call(self.context.profile("seed"))

    def test_in_asyncio(self):
        async def whole():
            driver = apam.aio.Driver(asyncio.get_running_loop())
            try:
                with Login(driver.context.profile("code")) as login:
                    kinds = []
                    while EventKind.DONE not in kinds:
                        kinds.append((await driver.login_event(login)).kind)
                logout(driver.context.profile("code"))
                return kinds
            finally:
                driver.close()

        self.assertEqual(asyncio.run(whole()),
                         [EventKind.SHOW, EventKind.DONE])
