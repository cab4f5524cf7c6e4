# SPDX-License-Identifier: BSD-2-Clause
"""Many calls, threads, forks, and the end of the interpreter."""

import asyncio
import os
import subprocess
import sys
import textwrap
import threading

import apam
import apam.aio
from support import SEVEN, SandboxTest, asked, control

URL = f"{SEVEN}/eyes"
CALLS = 10_000
THREADS = 8


def resident_kb():
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    raise AssertionError("no VmRSS")


class Lasting(SandboxTest):
    def sign_many(self, profile, count):
        for _ in range(count):
            with profile.sign("GET", URL, [("Accept", "*/*")]) as made:
                self.assertEqual(made.headers[0][0], "Authorization")
                made.judge(200, [("Content-Type", "application/json")])

    def in_threads(self, profile):
        failed = []

        def work():
            try:
                self.sign_many(profile, CALLS // THREADS)
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertFalse(failed)

    def test_memory_does_not_grow_in_threads(self):
        profile = apam.Context().profile("seven")
        self.in_threads(profile)
        before = resident_kb()
        self.in_threads(profile)
        self.assertLess(resident_kb() - before, 1024)
        # None, where the agent has one already.
        self.assertLessEqual(asked("7signal", "/oauth2/token"), 1)

    def test_memory_does_not_grow_in_asyncio(self):
        async def many(driver, profile, count):
            for _ in range(count):
                (await driver.sign(profile, "GET", URL)).release()

        async def whole():
            driver = apam.aio.Driver(asyncio.get_running_loop())
            profile = driver.context.profile("seven")
            await asyncio.gather(
                *(many(driver, profile, CALLS // 8) for _ in range(8)))
            before = resident_kb()
            await asyncio.gather(
                *(many(driver, profile, CALLS // 8) for _ in range(8)))
            self.assertLess(resident_kb() - before, 1024)
            driver.close()

        asyncio.run(whole())

    def test_a_child_goes_on(self):
        profile = apam.Context().profile("seven")
        stop = threading.Event()

        def work():
            while not stop.is_set():
                profile.sign("GET", URL).release()

        threads = [threading.Thread(target=work) for _ in range(4)]
        profile.sign("GET", URL).release()
        for thread in threads:
            thread.start()
        try:
            for _ in range(20):
                child = os.fork()
                if child == 0:
                    try:
                        profile.sign("GET", URL).release()
                        os._exit(0)
                    finally:
                        os._exit(1)
                self.assertEqual(os.waitpid(child, 0)[1], 0)
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def run_alone(self, program):
        return subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            timeout=60, capture_output=True, text=True,
        )

    def test_the_interpreter_ends_with_calls_under_way(self):
        control("/fault", provider="7signal", path="/oauth2", kind="hang")
        ended = self.run_alone(f"""
            import apam, threading, time
            def work():
                apam.sign("seven", "GET", "{URL}", timeout=50)
            for _ in range(8):
                threading.Thread(target=work, daemon=True).start()
            signature = apam.sign("seed", "GET",
                                  "{os.environ['SANDBOX_SEED']}/api/version/")
            time.sleep(0.3)
        """)
        self.assertEqual(ended.stderr, "", ended.stderr)
        self.assertEqual(ended.returncode, 0)
        control("/clear")

    def test_nothing_is_read_that_is_not_needed(self):
        ended = self.run_alone("""
            import sys, apam
            assert "requests" not in sys.modules
            assert "httpx" not in sys.modules
            assert "asyncio" not in sys.modules
            try:
                apam.auth()
            except ImportError as error:
                print(error)
        """)
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("before apam.auth", ended.stdout)
