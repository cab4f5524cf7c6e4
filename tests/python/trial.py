# SPDX-License-Identifier: BSD-2-Clause
"""Real calls, CALLS of them (10,000), by requests in threads and by httpx in
asyncio, while children are forked: each is answered, and memory does not grow.

Not among the tests that are found: make trial-python.
"""

import asyncio
import faulthandler
import os
import threading

import apam
import apam.aio
import apam.httpx
import apam.requests
import httpx
from support import SEVEN, SandboxTest
from test_lasting import resident_kb

URL = f"{SEVEN}/eyes"
CALLS = int(os.environ.get("CALLS", "10000"))
AT_ONCE = 8
#: What may be there more after a second round than after the first.
GROWTH_KB = 2048


class Trial(SandboxTest):
    def child_calls(self, context):
        """In a child of a fork; it has connections of its own."""
        child = os.fork()
        if child == 0:
            # Says where it hangs, if it does.
            faulthandler.dump_traceback_later(120, exit=True)
            try:
                answer = apam.Session(None, context).get(URL)
                os._exit(answer.status_code != 200)
            finally:
                os._exit(2)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def in_threads(self, context):
        answers = [0] * AT_ONCE
        failed = []

        def work(i):
            try:
                with apam.Session(None, context) as session:
                    for _ in range(CALLS // AT_ONCE):
                        answers[i] += session.get(URL).status_code == 200
            except BaseException as error:
                failed.append(error)

        threads = [threading.Thread(target=work, args=(i,))
                   for i in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        forked = 0
        while forked < 5 or (forked < 20 and threads[0].is_alive()):
            self.child_calls(context)
            forked += 1
        for thread in threads:
            thread.join()
        self.assertFalse(failed)
        self.assertEqual(sum(answers), CALLS // AT_ONCE * AT_ONCE)

    def test_sessions_in_threads(self):
        with apam.Context() as context:
            self.in_threads(context)
            before = resident_kb()
            self.in_threads(context)
            grown = resident_kb() - before
            print(f"threads: {2 * CALLS} calls, {grown} KiB more")
            self.assertLess(grown, GROWTH_KB)

    def test_transports_in_asyncio(self):
        async def calls(client):
            return [
                (await client.get(URL)).status_code
                for _ in range(CALLS // AT_ONCE)
            ].count(200)

        async def whole():
            driver = apam.aio.Driver(asyncio.get_running_loop())
            transport = apam.httpx.AsyncTransport(driver=driver)
            try:
                async with httpx.AsyncClient(transport=transport) as client:
                    for turn in range(2):
                        before = resident_kb()
                        good = await asyncio.gather(
                            *(calls(client) for _ in range(AT_ONCE)))
                        self.assertEqual(
                            sum(good), CALLS // AT_ONCE * AT_ONCE)
            finally:
                driver.close()
            return resident_kb() - before

        grown = asyncio.run(whole())
        print(f"asyncio: {2 * CALLS} calls, {grown} KiB more")
        self.assertLess(grown, GROWTH_KB)
