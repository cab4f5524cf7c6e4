# SPDX-License-Identifier: BSD-2-Clause
"""Logins of people: what ``apam login`` does, for programs with a face of their
own.

>>> with apam.login.Login(apam.profile("example")) as login:
...     for event in login.events():
...         print(event.text, event.url, event.code)

The program has the person, the browser and the socket that a browser comes back
to; apam makes the exchanges, and stores what they bring.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from types import TracebackType
from typing import Any

from ._lib import check, error_of, ffi, from_c, lib, new_error, sized, to_c
from .errors import Status
from .profile import Profile, to_ms


class Way(IntEnum):
    """How a person logs in, who prefers one."""

    ANY = 0
    CODE = 1
    BROWSER = 2


class EventKind(IntEnum):
    """What a program does with an event."""

    #: There is nothing to tell; ask again.
    WAIT = 0
    #: Tell the person; the login goes on.
    SHOW = 1
    #: The same, and ask: :meth:`Login.confirm` has the answer.
    CONFIRM = 2
    #: The same, with a browser: :meth:`Login.redirected` when it is back.
    REDIRECT = 3
    #: The secret is stored.
    DONE = 4
    FAILED = 5


@dataclass(frozen=True)
class Event:
    """What happens.  Nothing is secret, and nothing has a control character."""

    kind: EventKind
    text: str
    url: str
    code: str
    stored: str
    entry: int


@dataclass(frozen=True)
class Logout:
    """What became of a login; ``result`` is a word of what the provider said,
    or None where nobody was logged out."""

    result: str | None
    status: Status
    entry: int
    scheme: str
    stored: str
    text: str
    forget_status: Status
    forget_text: str


class Login:
    """A login under way, which one thread uses at a time.

    ``redirect_uri``: where a browser comes back to; None: a code is the only
    way.  ``entry`` and ``scheme`` say which entry of the profile; ``timeout``:
    for all of it, 15 minutes if it is None.  Nothing is changed before it is
    done.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        redirect_uri: str | None = None,
        way: Way = Way.ANY,
        entry: int | None = None,
        scheme: str | None = None,
        timeout: float | None = None,
    ) -> None:
        self._c: Any = None
        self.profile = profile
        options, err = sized("struct apam_login_options"), new_error()
        kept = to_c(redirect_uri), to_c(scheme)
        options.redirect_uri, options.scheme = kept
        options.way = int(way)
        options.entry = -1 if entry is None else entry
        options.timeout_ms = to_ms(timeout)
        made = ffi.new("struct apam_login **")
        check(lib.apam_login_start(profile._c, options, made, err), err)
        self._c = made

    @property
    def _open(self) -> Any:
        if self._c is None:
            raise ValueError("the login was ended")
        return self._c[0]

    def next(self, timeout: float | None = None) -> Event:
        """What comes next, waited for at most ``timeout`` seconds; None: as
        long as it takes; 0: not at all.  Raises why the login has failed."""
        while True:
            ms = 60_000 if timeout is None else max(0, int(timeout * 1000))
            event = self._next(min(ms, 0x7FFFFFFF))
            if event.kind is not EventKind.WAIT or timeout is not None:
                return event

    def _next(self, ms: int) -> Event:
        event, err = sized("struct apam_login_event"), new_error()
        status = lib.apam_login_next(self._open, ms, event, err)
        if status and status != lib.APAM_E_PENDING:
            raise error_of(err, status)
        return Event(
            EventKind(event.kind),
            from_c(event.text),
            from_c(event.url),
            from_c(event.code),
            from_c(event.stored),
            int(event.entry),
        )

    def events(self) -> Iterator[Event]:
        """Each event, to the one that says DONE."""
        while True:
            event = self.next()
            yield event
            if event.kind is EventKind.DONE:
                return

    def confirm(self, yes: bool) -> None:
        """Answer CONFIRM.  A no ends the login."""
        err = new_error()
        check(lib.apam_login_confirm(self._open, yes, err), err)

    def redirected(self, url: str) -> None:
        """Answer REDIRECT with the whole address that the browser came to."""
        err = new_error()
        check(lib.apam_login_redirected(self._open, to_c(url), err), err)

    def cancel(self) -> None:
        """End it; one that is not done changes nothing."""
        c, self._c = self._c, None
        # A context that was closed has ended its logins.
        if c is not None and self.profile._pointer is not None:
            lib.apam_login_cancel(c)

    def __enter__(self) -> Login:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cancel()

    def __del__(self) -> None:
        if self._c is not None and not sys.is_finalizing():
            self.cancel()


def logout(
    profile: Profile,
    *,
    entry: int | None = None,
    scheme: str | None = None,
    timeout: float | None = None,
) -> Logout:
    """Have the provider revoke what a login brought, and remove it from here.
    What failed is in what is returned; raises where there is no such entry."""
    options, err = sized("struct apam_logout_options"), new_error()
    kept = to_c(scheme)
    options.scheme = kept
    options.entry = -1 if entry is None else entry
    options.timeout_ms = to_ms(timeout)
    report = sized("struct apam_logout_report")
    status = lib.apam_logout(profile._c, options, report, err)
    if status and not from_c(report.scheme):
        check(status, err)
    return Logout(
        from_c(report.result) if report.result != ffi.NULL else None,
        Status(report.status),
        int(report.entry),
        from_c(report.scheme),
        from_c(report.stored),
        from_c(report.text),
        Status(report.forget_status),
        from_c(report.forget_text),
    )
