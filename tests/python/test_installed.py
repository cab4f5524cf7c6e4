# SPDX-License-Identifier: BSD-2-Clause
"""tools/install-python: where files go, and that they work there."""

import os
import pathlib
import subprocess
import sys
import sysconfig
import tempfile
import unittest

TREE = pathlib.Path(__file__).parents[2]


class Installed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def install(self, action, **how):
        ended = subprocess.run(
            [TREE / "tools/install-python", action],
            env={**os.environ, "DESTDIR": str(self.root), **how},
            capture_output=True, text=True, timeout=300,
        )
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))

    def files(self):
        return [f for f in self.root.rglob("*") if not f.is_dir()]

    def package(self):
        """Where it was installed, without the root."""
        (found,) = self.root.rglob("apam/__init__.py")
        return "/" + str(found.parents[1].relative_to(self.root))

    def test_files_are_where_debian_has_them(self):
        self.install("install", PREFIX="/usr")
        if "deb_system" in sysconfig.get_scheme_names():
            self.assertEqual(self.package(), "/usr/lib/python3/dist-packages")
        self.install("uninstall", PREFIX="/usr")
        self.assertEqual(self.files(), [])
        self.install("install", PREFIX="/usr/local")
        self.assertTrue(self.package().startswith("/usr/local/lib/python3."))
        if "posix_local" in sysconfig.get_scheme_names():
            self.assertIn(self.package(), sys.path)
        self.install("uninstall", PREFIX="/usr/local")
        self.install("install", PREFIX="/opt/x", PYTHONDIR="/opt/y")
        self.assertEqual(self.package(), "/opt/y")

    def test_it_works_there(self):
        self.install("install", PREFIX="/usr")
        place = f"{self.root}{self.package()}"
        program = """if True:
            import importlib.metadata, os, sys
            import apam, apam._apam, apam.admin, apam.aio, apam.login
            assert apam.__file__.startswith(sys.argv[1]), apam.__file__
            assert apam.version() == importlib.metadata.version("apam")
            wants = importlib.metadata.requires("apam")
            assert any(w.startswith("cffi") for w in wants), wants
            url = os.environ["SANDBOX_SEED"] + "/api/version/"
            apam.sign("seed", "GET", url).release()
            print(os.path.basename(apam._apam.__file__))
        """
        ended = subprocess.run(
            [sys.executable, "-c", program, place],
            env={**os.environ, "PYTHONPATH": place},
            capture_output=True, text=True, timeout=300,
        )
        self.assertEqual(ended.stderr, "")
        self.assertEqual(
            ended.stdout.strip(),
            "_apam" + sysconfig.get_config_var("EXT_SUFFIX"),
        )

    def test_what_is_there(self):
        self.install("install", PREFIX="/usr")
        names = {file.name for file in self.files()}
        self.assertLessEqual(
            {"py.typed", "METADATA", "README.md", "seed.py"}, names)
        for file in self.files():
            self.assertEqual(file.stat().st_mode & 0o777, 0o644, file)
        (extension,) = self.root.rglob("_apam*.so")
        needs = subprocess.run(
            ["readelf", "-d", extension], check=True,
            capture_output=True, text=True,
        ).stdout
        self.assertIn("[libapam.so.0]", needs)
        self.assertNotIn("RPATH", needs)
        self.assertNotIn("RUNPATH", needs)
