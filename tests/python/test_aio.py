# SPDX-License-Identifier: BSD-2-Clause
"""apam.aio: nothing blocks the event loop, and what is cancelled ends."""

import asyncio
import time

import apam
import apam.aio
from support import SEVEN, SandboxTest, asked, control

URL = f"{SEVEN}/eyes"


def with_driver(test):
    """Run a test in an event loop that has a driver of its own."""

    def run(self):
        async def whole():
            driver = apam.aio.Driver(asyncio.get_running_loop())
            try:
                await test(self, driver, driver.context.profile("seven"))
            finally:
                driver.close()

        asyncio.run(whole())

    return run


class Aio(SandboxTest):
    @with_driver
    async def test_the_loop_goes_on_meanwhile(self, driver, profile):
        control("/fault", provider="7signal", path="/oauth2", kind="delay",
                arg=400, count=1)
        ticks = 0
        signing = asyncio.ensure_future(driver.sign(profile, "GET", URL))
        while not signing.done():
            await asyncio.sleep(0.01)
            ticks += 1
        signature = await signing
        self.assertIn("Authorization", dict(signature.headers))
        self.assertGreater(ticks, 5)

    @with_driver
    async def test_many_share_one_exchange(self, driver, profile):
        made = await asyncio.gather(
            *(driver.sign(profile, "GET", URL) for _ in range(100))
        )
        self.assertEqual(len({dict(m.headers)["Authorization"] for m in made}),
                         1)
        self.assertEqual(asked("7signal", "/oauth2/token"), 1)

    @with_driver
    async def test_what_is_cancelled_ends(self, driver, profile):
        control("/fault", provider="7signal", path="/oauth2", kind="hang")
        signing = [
            asyncio.ensure_future(driver.sign(profile, "GET", URL))
            for _ in range(3)
        ]
        await asyncio.sleep(0.05)
        for task in signing:
            task.cancel()
        for result in await asyncio.gather(*signing, return_exceptions=True):
            self.assertIsInstance(result, asyncio.CancelledError)
        self.assertFalse(driver._calls)
        control("/clear")

    @with_driver
    async def test_a_deadline_holds(self, driver, profile):
        control("/fault", provider="7signal", path="/oauth2", kind="hang")
        begun = time.monotonic()
        with self.assertRaises(apam.TemporaryError) as raised:
            await driver.sign(profile, "GET", URL, timeout=0.3)
        self.assertIs(raised.exception.status, apam.Status.DEADLINE)
        self.assertGreaterEqual(time.monotonic() - begun, 0.25)
        control("/clear")

    @with_driver
    async def test_errors_are_raised(self, driver, profile):
        with self.assertRaises(apam.DeniedError):
            await driver.sign(profile, "GET", "https://other.example/")
        control("/fault", provider="7signal", path="/oauth2", kind="401")
        with self.assertRaises(apam.RevokedError):
            await driver.sign(profile, "GET", URL)

    def test_each_loop_has_its_own(self):
        async def mine():
            driver = apam.aio.driver()
            self.assertIs(driver, apam.aio.driver())
            (await apam.aio.sign("seven", "GET", URL)).release()
            return driver

        first, second = asyncio.run(mine()), asyncio.run(mine())
        self.assertIsNot(first, second)
        first.close()
        second.close()
