# SPDX-License-Identifier: BSD-2-Clause
"""How a call ended: apam's statuses, and an exception for each class of them.

A program that catches :class:`TemporaryError` may try again later; after a
:class:`DeniedError` or :class:`RevokedError` nothing is gained by that.
"""

from __future__ import annotations

import time
from enum import IntEnum
from typing import Any


class Status(IntEnum):
    """``enum apam_status`` of apam/types.h."""

    OK = 0
    USAGE = 0x100
    NO_PROFILE = 0x101
    CONFIG = 0x200
    TRUST = 0x201
    SECRET = 0x202
    MODULE = 0x203
    ACCESS = 0x204
    NETWORK = 0x300
    DEADLINE = 0x301
    PROVIDER = 0x302
    THROTTLED = 0x303
    PENDING = 0x304
    UNKNOWN = 0x305
    URL = 0x400
    ORIGIN = 0x401
    HEADER = 0x402
    POLICY = 0x403
    DENIED = 0x404
    NOT_AUTHENTIC = 0x405
    EXPIRED = 0x500
    ARCHIVED = 0x501
    REVOKED = 0x502
    REJECTED = 0x503
    LOGIN = 0x504
    INTERNAL = 0x600
    MEMORY = 0x601
    ABI = 0x602

    @classmethod
    def _missing_(cls, value: object) -> Status:
        """A status of a newer library counts as the first of its class."""
        number = int(value) if isinstance(value, int) else -1
        known = number & 0xFF00 in cls._value2member_map_
        return cls(number & 0xFF00) if known else cls.INTERNAL


class Error(Exception):
    """A call of apam failed.  Nothing in it is secret."""

    def __init__(
        self,
        status: Status,
        text: str,
        profile: str | None = None,
        file: str | None = None,
        line: int | None = None,
        entry: int | None = None,
        retry_at: int | None = None,
    ) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.profile = profile
        #: The configuration file that it is about, and the line, from 1.
        self.file = file
        self.line = line
        #: The entry of the profile, from 0.
        self.entry = entry
        #: Unix seconds: the provider is left alone until then, if that is known.
        self.retry_at = retry_at

    @property
    def retry_after(self) -> float | None:
        """Seconds from now until :attr:`retry_at`; None: not known."""
        if self.retry_at is None:
            return None
        return max(0.0, self.retry_at - time.time())

    def __str__(self) -> str:
        place = self.file or ""
        if place and self.line:
            place += f":{self.line}"
        return ": ".join(p for p in (self.profile, place, self.text) if p)

    def __reduce__(self) -> tuple[Any, ...]:
        told = (self.status, self.text, self.profile, self.file, self.line)
        return type(self), (*told, self.entry, self.retry_at)


class UsageError(Error):
    """The program asked for what cannot be."""


class ConfigError(Error):
    """An administrator has to change a file."""


class TemporaryError(Error):
    """The same call may work later."""


class DeniedError(Error):
    """This request is not signed with this credential."""


class RevokedError(Error):
    """The key opens nothing any more: expired, archived, revoked, rejected."""


class InternalError(Error):
    """A fault of this machine, of apam or of a module."""


_CLASSES: dict[int, type[Error]] = {
    0x100: UsageError,
    0x200: ConfigError,
    0x300: TemporaryError,
    0x400: DeniedError,
    0x500: RevokedError,
}


def class_of(status: Status) -> type[Error]:
    """The exception for a status."""
    return _CLASSES.get(status & 0xFF00, InternalError)
