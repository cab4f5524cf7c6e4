# SPDX-License-Identifier: BSD-2-Clause
"""apam.admin."""

import os

import apam
import apam.admin as admin
from support import SEED, XY, SandboxTest, TARGETS

URL = f"{XY}/api/v1/occupancy"


class Admin(SandboxTest):
    def test_profiles_are_listed(self):
        found = {p.name: p for p in admin.profiles()}
        for name, url in TARGETS:
            self.assertIsNone(found[name].why)
            self.assertIn(found[name].origins[0], url)
            self.assertEqual(found[name].entries[0].control, "sufficient")
        self.assertIsInstance(found["broken"].why, apam.ConfigError)

    def test_a_url_is_explained(self):
        (chosen,) = [p for p in admin.explain(URL) if p.why is None]
        self.assertEqual(chosen.name, "xy")
        with self.assertRaises(apam.DeniedError):
            admin.explain("no url")

    def test_files_are_checked(self):
        found = admin.lint()
        self.assertTrue(found)
        self.assertTrue(all(p.file.endswith("broken.conf")
                            for p in found if p.status is not apam.Status.OK))
        self.assertFalse([
            p for p in admin.lint(os.environ["APAM_CONFIG"])
            if p.status is not apam.Status.OK
            and not p.file.endswith("broken.conf")
        ])

    def test_a_key_is_archived_and_restored(self):
        admin.add_key("sandbox-read", "for tests", "ReadPublicApi")
        apam.sign("xy", "GET", URL).release()
        admin.archive_key("sandbox-read", "a test")
        with self.assertRaises(apam.RevokedError) as raised:
            apam.sign("xy", "GET", URL)
        self.assertIs(raised.exception.status, apam.Status.ARCHIVED)
        (key,) = [k for k in admin.keys() if k.id == "sandbox-read"]
        self.assertTrue(key.registered)
        self.assertEqual(key.why, "a test")
        self.assertIn("xy", key.profiles)
        admin.restore_key("sandbox-read")
        apam.sign("xy", "GET", URL).release()
        admin.describe_key("sandbox-read", description="another")
        (key,) = [k for k in admin.keys() if k.id == "sandbox-read"]
        self.assertEqual((key.description, key.access),
                         ("another", "ReadPublicApi"))
        self.assertIsNone(key.archived_at)
        with self.assertRaises(apam.UsageError):
            admin.archive_key("no such key")

    def test_there_is_no_standby(self):
        with self.assertRaises(apam.DeniedError):
            admin.rotate_key(apam.profile("seed"))

    def test_what_happened_is_told(self):
        admin.add_user(os.getuid())
        self.assertIn(os.getuid(), admin.users())
        apam.sign("seed", "GET", f"{SEED}/api/version/").release()
        self.assertIsInstance(admin.audit_lines(), list)

    def test_an_exception_does_not_pass_through_the_library(self):
        def raises(shown):
            raise KeyError("ours")

        from apam._lib import lib

        context = apam.default()
        with self.assertRaises(KeyError):
            admin._collect(raises, lambda arg, err: lib.apam_profiles(
                context._open, lib.each_profile, arg, err))
