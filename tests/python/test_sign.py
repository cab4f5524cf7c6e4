# SPDX-License-Identifier: BSD-2-Clause
"""Signing, judging and checking by hand; errors."""

import gc
import pickle
import time

import apam
from support import SEED, SEVEN, SandboxTest, TARGETS, asked, control


class Sign(SandboxTest):
    def test_each_provider_is_signed(self):
        words = {"seven": "Bearer ", "xy": "Bearer ", "seed": "Basic "}
        for name, url in TARGETS:
            with apam.sign(name, "GET", url) as signature:
                headers = dict(signature.headers)
                self.assertTrue(
                    headers["Authorization"].startswith(words[name])
                )
                self.assertNotIn("Authorization", repr(signature))

    def test_a_url_may_get_parameters(self):
        with apam.sign("seed", "GET", f"{SEED}/api/v3/properties/") as made:
            self.assertTrue(made.url.endswith("/?organization_id=1"))

    def test_a_profile_is_found_by_its_url(self):
        for name, url in TARGETS:
            self.assertEqual(apam.default().find(url).name, name)

    def test_what_was_released_is_gone(self):
        signature = apam.sign("seed", "GET", f"{SEED}/api/version/")
        signature.release()
        signature.release()
        for look in ("headers", "url", "verifies"):
            with self.assertRaises(ValueError):
                getattr(signature, look)
        with self.assertRaises(ValueError):
            signature.judge(200)

    def test_signatures_at_once_do_not_share_anything(self):
        url = f"{SEED}/api/version/"
        made = [apam.sign("seed", "GET", f"{url}?i={i}") for i in range(200)]
        for i, signature in enumerate(made):
            self.assertIn(f"i={i}", signature.url)
        del made
        gc.collect()

    def test_an_answer_is_judged(self):
        with apam.sign("seven", "GET", f"{SEVEN}/eyes") as signature:
            json = [("Content-Type", "application/json")]
            for status, verdict in (
                (200, apam.Verdict.ACCEPTED),
                (403, apam.Verdict.FORBIDDEN),
                (500, apam.Verdict.UNKNOWN),
            ):
                judged = signature.judge(status, json, b"{}")
                self.assertIs(judged.verdict, verdict)
            judged = signature.judge(429, [("Retry-After", "7")])
            self.assertIs(judged.verdict, apam.Verdict.THROTTLED)
            self.assertGreater(judged.retry_at, 1_700_000_000)

    def test_an_error_says_when_to_ask_again(self):
        known = apam.TemporaryError(
            apam.Status.THROTTLED, "x", retry_at=int(time.time()) + 3600
        )
        again = pickle.loads(pickle.dumps(known))
        self.assertTrue(3000 < again.retry_after <= 3600)
        past = apam.TemporaryError(known.status, "x", retry_at=1)
        self.assertEqual(past.retry_after, 0)
        self.assertIsNone(apam.TemporaryError(known.status, "x").retry_after)

    def test_keys_are_checked(self):
        for name, _ in TARGETS:
            (report,) = apam.check(name)
            self.assertIs(report.state, apam.KeyState.GOOD)
            self.assertGreater(report.checked_at, 1_700_000_000)
        control("/archive", provider="xysense", key="sandbox-read")
        (report,) = apam.check("xy")
        self.assertIs(report.state, apam.KeyState.REVOKED)
        self.assertIn("sandbox-read", report.key_id)
        control("/restore", provider="xysense", key="sandbox-read")
        apam.check("xy")

    def test_the_state_of_entries_is_told(self):
        apam.sign("seven", "GET", f"{SEVEN}/eyes").release()
        (status,) = apam.profile("seven").status()
        self.assertTrue(status.usable)
        self.assertEqual(status.scheme, "oauth2-client-credentials")
        self.assertGreater(status.expires_in, 0)
        self.assertIsNone(status.stored_at)

    def test_a_credential_is_revoked_here(self):
        apam.sign("seven", "GET", f"{SEVEN}/eyes").release()
        (report,) = apam.profile("seven").revoke()
        self.assertTrue(report.had_credential)
        self.assertIs(report.drop_status, apam.Status.OK)
        control("/log/clear")
        apam.sign("seven", "GET", f"{SEVEN}/eyes").release()
        self.assertEqual(asked("7signal", "/oauth2/token"), 1)

    def test_how_to_send_is_told(self):
        way = apam.profile("seed").transport(f"{SEED}/api/version/")
        self.assertTrue(way.ca_file.endswith("ca.pem"))
        self.assertIsNone(way.proxy)
        self.assertGreater(way.timeout, 0)


class Errors(SandboxTest):
    def test_each_class_is_an_exception(self):
        url = f"{SEED}/api/version/"
        rows = [
            (apam.UsageError, "NO_PROFILE", "none", url),
            (apam.ConfigError, "CONFIG", "broken", url),
            (apam.DeniedError, "ORIGIN", "seed", "https://other.example/"),
            (apam.DeniedError, "URL", "seed", "https://"),
            (apam.DeniedError, "URL", "seed", f"{SEED}/\xe9"),
            (apam.DeniedError, "URL", "seed", f"{SEED}/\u20ac"),
        ]
        for kind, status, name, target in rows:
            with self.assertRaises(kind) as raised:
                apam.sign(name, "GET", target)
            self.assertEqual(raised.exception.status.name, status)
            self.assertTrue(str(raised.exception))

    def test_a_file_has_its_line(self):
        with self.assertRaises(apam.ConfigError) as raised:
            apam.profile("broken").sign("GET", f"{SEED}/")
        self.assertTrue(raised.exception.file.endswith("broken.conf"))
        self.assertGreater(raised.exception.line, 0)
        self.assertIn("broken.conf:", str(raised.exception))

    def test_it_can_be_sent_to_another_process(self):
        told = apam.DeniedError(apam.Status.ORIGIN, "text", "p", "f", 3, 1)
        back = pickle.loads(pickle.dumps(told))
        self.assertEqual(
            (back.status, back.text, back.profile, back.file, back.line,
             back.entry),
            (told.status, "text", "p", "f", 3, 1),
        )

    def test_an_archived_key_is_revoked(self):
        control("/archive", provider="xysense", key="sandbox-read")
        apam.profile("xy").revoke()
        try:
            with self.assertRaises(apam.RevokedError):
                apam.sign("xy", "GET", TARGETS[1][1])
        finally:
            control("/restore", provider="xysense", key="sandbox-read")
            apam.check("xy")

    def test_a_deadline_is_temporary(self):
        context = apam.Context()
        control("/fault", provider="7signal", path="/oauth2", kind="hang")
        with self.assertRaises(apam.TemporaryError) as raised:
            context.profile("seven").sign(
                "GET", f"{SEVEN}/eyes", timeout=0.3
            )
        self.assertIs(raised.exception.status, apam.Status.DEADLINE)
        control("/clear")
        context.close()

    def test_bad_arguments(self):
        profile = apam.profile("seed")
        for arguments in (
            ("GET", f"{SEED}/\0"),
            ("G\0", f"{SEED}/"),
            ("GET", f"{SEED}/", [("A", "b\0")]),
            ("GET", f"{SEED}/", [("A", "b\0c"), ("D", "e")]),
            ("GET\0", f"{SEED}/", [("A", "b")]),
            ("GET", f"{SEED}/", [("A", "\u20ac")]),
            ("GET", f"{SEED}/", [], None, 0),
            ("GET", f"{SEED}/", [], None, -1),
        ):
            with self.assertRaises(ValueError):
                profile.sign(*arguments)
        with self.assertRaises(apam.DeniedError):
            profile.sign("GET", f"{SEED}/", [("A", "b\r\nC: d")])

    def test_a_closed_context_is_told(self):
        context = apam.Context()
        profile = context.profile("seed")
        context.close()
        context.close()
        for call in (
            lambda: profile.sign("GET", f"{SEED}/"),
            lambda: profile.status(),
            lambda: context.profile("seed"),
            lambda: context.find(f"{SEED}/"),
        ):
            with self.assertRaises(ValueError):
                call()

    def test_no_configuration(self):
        with self.assertRaises(apam.ConfigError) as raised:
            apam.Context("/nonexistent/apam.conf")
        self.assertIn("/nonexistent", str(raised.exception))

    def test_numbers_are_the_librarys(self):
        from apam._lib import lib

        for kind, prefix in (
            (apam.Verdict, "APAM_VERDICT_"),
            (apam.KeyState, "APAM_KEY_"),
        ):
            for member in kind:
                self.assertEqual(member, getattr(lib, prefix + member.name))
        for status in apam.Status:
            name = "APAM_OK" if status == 0 else f"APAM_E_{status.name}"
            self.assertEqual(status, getattr(lib, name))
        self.assertIs(apam.Status(0x4FF), apam.Status.URL)
        self.assertIs(apam.Status(0x7FF), apam.Status.INTERNAL)
