# SPDX-License-Identifier: BSD-2-Clause
"""apam in asyncio: signing waits for no thread, and blocks nobody.

Each event loop has a context of its own, whose work the loop does.
"""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakKeyDictionary, ref

from ._lib import error_of, ffi, lib
from .context import Context
from .login import Event, EventKind, Login
from .profile import Profile, to_ms
from .signature import Body, Headers, Signature


class _Call:
    """A call under way."""

    def __init__(self, c: Any, signature: Signature) -> None:
        self._c = ffi.new("struct apam_call **", c)
        self._signature = signature
        self.done: asyncio.Future[None] = (
            asyncio.get_running_loop().create_future()
        )

    def look(self) -> bool:
        """True if it has ended; whoever waits for it then goes on."""
        signer = self._signature._live
        err = ffi.addressof(signer, "err")
        status = lib.apam_call_result(self._c[0], err)
        if status == lib.APAM_E_PENDING:
            return False
        if not self.done.done():
            if status:
                self.done.set_exception(error_of(signer.err, status))
            else:
                self.done.set_result(None)
        return True

    def end(self) -> None:
        lib.apam_call_cancel(self._c)


class _Turn:
    """Somebody waits for the library to have done something."""

    def __init__(self) -> None:
        self.done: asyncio.Future[None] = (
            asyncio.get_running_loop().create_future()
        )

    def look(self) -> bool:
        if not self.done.done():
            self.done.set_result(None)
        return True


class Driver:
    """A context whose work an event loop does.  Use :func:`driver`."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        config: str | None = None,
        user: bool = False,
    ) -> None:
        self.context = Context(config, user=user, thread=False)
        self._loop = ref(loop)
        self._calls: set[_Call | _Turn] = set()
        self._fd = -1
        self._timer: asyncio.TimerHandle | None = None

    def _watch(self) -> None:
        """Have the loop tell when there is work."""
        c, loop = self.context._open, asyncio.get_running_loop()
        fd = int(lib.apam_fd(c))
        if fd != self._fd:
            if self._fd >= 0:
                loop.remove_reader(self._fd)
            if fd >= 0:
                loop.add_reader(fd, self._step)
            self._fd = fd
        if self._timer is not None:
            self._timer.cancel()
        ms = int(lib.apam_timeout(c))
        self._timer = (
            loop.call_later(ms / 1000, self._step) if ms >= 0 else None
        )

    def _step(self) -> None:
        lib.apam_step(self.context._open)
        for call in [c for c in self._calls if c.look()]:
            self._calls.discard(call)
        self._watch()

    async def sign(
        self,
        profile: Profile,
        method: str,
        url: str,
        headers: Headers = (),
        body: Body = None,
        timeout: float | None = None,
    ) -> Signature:
        """Profile.sign, for a profile of this driver's context."""
        signature = Signature(
            profile, method, url, headers, body, to_ms(timeout),
            lib.signer_fill,
        )
        signer = signature._live
        started = ffi.new("struct apam_call **")
        status = lib.apam_sign_start(
            profile._c,
            ffi.addressof(signer, "request"),
            ffi.addressof(signer, "signature"),
            started,
            ffi.addressof(signer, "err"),
        )
        if status == lib.APAM_E_PENDING:
            await self._wait(_Call(started[0], signature))
        elif status:
            raise error_of(signer.err, status)
        else:
            self._watch()
        signature._signed()
        return signature

    async def _wait(self, call: _Call) -> None:
        self._calls.add(call)
        self._watch()
        try:
            await call.done
        finally:
            self._calls.discard(call)
            call.end()

    async def login_event(self, login: Login) -> Event:
        """Login.next, for a profile of this driver's context."""
        while True:
            event = login.next(0)
            if event.kind is not EventKind.WAIT:
                return event
            turn = _Turn()
            self._calls.add(turn)
            self._watch()
            try:
                await turn.done
            finally:
                self._calls.discard(turn)

    def close(self) -> None:
        """Free the context; nothing of it may be under way."""
        if self._timer is not None:
            self._timer.cancel()
        loop = self._loop()
        if self._fd >= 0 and loop is not None and not loop.is_closed():
            loop.remove_reader(self._fd)
        self._fd = -1
        self.context.close()


_drivers: WeakKeyDictionary[asyncio.AbstractEventLoop, Driver] = (
    WeakKeyDictionary()
)


def driver() -> Driver:
    """The running loop's, with the configuration of the machine."""
    loop = asyncio.get_running_loop()
    found = _drivers.get(loop)
    if found is None:
        found = _drivers[loop] = Driver(loop)
    return found


async def sign(
    profile: str,
    method: str,
    url: str,
    headers: Headers = (),
    body: Body = None,
    timeout: float | None = None,
) -> Signature:
    """Sign by the profile of a name."""
    mine = driver()
    return await mine.sign(
        mine.context.profile(profile), method, url, headers, body, timeout
    )
