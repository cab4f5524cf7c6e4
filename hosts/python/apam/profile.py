# SPDX-License-Identifier: BSD-2-Clause
"""A profile: which API, which keys, as the administrator wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable

from ._lib import check, ffi, from_c, lib, new_error, or_none, sized, to_c
from .errors import Status
from .signature import Body, Headers, Signature
from .types import EntryStatus, KeyReport, KeyState, Revocation

if TYPE_CHECKING:
    from .context import Context


@dataclass(frozen=True)
class Transport:
    """How the administrator wants a request to travel."""

    ca_file: str | None
    proxy: str | None
    body_max: int
    timeout: float
    allow_http: bool


def to_ms(seconds: float | None) -> int:
    """A timeout for the library; None: the profile's deadline."""
    if seconds is None:
        return 0
    if seconds <= 0:
        raise ValueError("a timeout must be more than 0 seconds")
    return max(1, min(int(seconds * 1000), 0x7FFFFFFF))


class Profile:
    """A profile of a context.  Any threads may use it at once."""

    __slots__ = ("context", "name", "_pointer", "__weakref__")

    def __init__(self, context: Context, c: Any) -> None:
        self.context = context
        self._pointer = c
        self.name = from_c(lib.apam_profile_name(c))

    @property
    def _c(self) -> Any:
        """It lives as long as its context."""
        if self._pointer is None:
            raise ValueError("the context was closed")
        return self._pointer

    def sign(
        self,
        method: str,
        url: str,
        headers: Headers = (),
        body: Body = None,
        timeout: float | None = None,
    ) -> Signature:
        """Sign a request.  Waits for a credential where none is valid."""
        ms = 0 if timeout is None else to_ms(timeout)
        return Signature(self, method, url, headers, body, ms)

    def transport(self, url: str) -> Transport:
        """How a request to ``url`` is to travel."""
        err, t = new_error(), sized("struct apam_transport")
        check(lib.apam_transport_get(self._c, to_c(url), t, err), err)
        try:
            return Transport(
                or_none(t.ca_file),
                or_none(t.proxy),
                int(t.body_max),
                t.timeout_ms / 1000,
                bool(t.allow_http),
            )
        finally:
            lib.apam_transport_release(t)

    def check(self, timeout: float | None = None) -> list[KeyReport]:
        """Ask the provider about the keys of all entries."""
        rows = self._fill(
            "struct apam_key_report",
            lambda array, count, size, err: lib.apam_check(
                self._c, to_ms(timeout), array, count, size, err
            ),
        )
        return [
            KeyReport(
                int(r.entry),
                from_c(r.scheme),
                from_c(r.key_id),
                KeyState(r.state),
                int(r.checked_at),
                from_c(r.evidence),
                Status(r.why),
            )
            for r in rows
        ]

    def status(self) -> list[EntryStatus]:
        """Where the credentials of all entries stand.  No network."""
        rows = self._fill(
            "struct apam_entry_status",
            lambda array, count, size, err: lib.apam_profile_status(
                self._c, array, count, size, ffi.NULL, err
            ),
        )
        return [_entry_status(r) for r in rows]

    def revoke(self, timeout: float | None = None) -> list[Revocation]:
        """Have the provider revoke the credentials of all entries, and all
        processes of this machine drop them.  What failed is in the list."""
        rows = self._fill(
            "struct apam_revoke_report",
            lambda array, count, size, err: lib.apam_revoke(
                self._c, to_ms(timeout), array, count, size, err
            ),
            raises=False,
        )
        return [
            Revocation(
                int(r.entry),
                from_c(r.scheme),
                from_c(r.key_id),
                Status(r.status),
                from_c(r.result),
                from_c(r.text),
                bool(r.had_credential),
                Status(r.drop_status),
                from_c(r.drop_text),
            )
            for r in rows
        ]

    def _fill(
        self,
        element: str,
        call: Callable[[Any, Any, int, Any], int],
        raises: bool = True,
    ) -> list[Any]:
        """Have the library fill an array; there are few entries at most."""
        room = int(lib.APAM_ENTRIES_MAX)
        array, err = sized(element, room), new_error()
        count = ffi.new("size_t *", room)
        status = call(array, count, ffi.sizeof(element), err)
        if status and (raises or count[0] == 0):
            check(status, err)
        return [array[i] for i in range(min(count[0], room))]

    def __repr__(self) -> str:
        return f"<apam.Profile {self.name}>"


def _or_none(number: int) -> int | None:
    """A duration that is -1 where there is none."""
    return int(number) if number >= 0 else None


def _entry_status(r: Any) -> EntryStatus:
    return EntryStatus(
        entry=int(r.entry),
        scheme=from_c(r.scheme),
        key_id=from_c(r.key_id),
        key_state=KeyState(r.key_state),
        evidence=from_c(r.evidence),
        usable=bool(r.usable),
        refreshing=bool(r.refreshing),
        generation=int(r.generation),
        acquired_at=int(r.acquired_at) or None,
        expires_in=_or_none(r.expires_in),
        refresh_in=_or_none(r.refresh_in),
        checked_at=int(r.checked_at) or None,
        latched=Status(r.latched),
        last_status=Status(r.last_status),
        last_error=from_c(r.last_error),
        last_error_at=int(r.last_error_at) or None,
        stored=from_c(r.stored),
        login_needed=bool(r.login_needed),
        stored_at=int(r.stored_at) or None,
        exchanges=int(r.exchanges),
        unanswered=int(r.unanswered),
        acquired=int(r.acquired),
        not_acquired=int(r.not_acquired),
    )
