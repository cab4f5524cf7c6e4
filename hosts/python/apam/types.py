# SPDX-License-Identifier: BSD-2-Clause
"""What apam tells about credentials, keys and profiles.  Nothing is secret."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from .errors import Error, Status


class Verdict(IntEnum):
    """What an answer says of the credential that signed its request."""

    UNKNOWN = 0
    ACCEPTED = 1
    REJECTED = 2
    FORBIDDEN = 3
    THROTTLED = 4
    SUSPECT = 5
    CHALLENGED = 6


class KeyState(IntEnum):
    """What is known of a key."""

    UNKNOWN = 0
    GOOD = 1
    EXPIRED = 2
    ARCHIVED = 3
    REVOKED = 4
    REJECTED = 5


@dataclass(frozen=True)
class Judgement:
    """What an answer says; ``retry_at`` is in Unix seconds, or None."""

    verdict: Verdict
    replay: bool
    retry_at: int | None
    reason: str


@dataclass(frozen=True)
class KeyReport:
    """What a check found of one entry's key; ``checked_at``: Unix seconds."""

    entry: int
    scheme: str
    key_id: str
    state: KeyState
    checked_at: int
    evidence: str
    why: Status


@dataclass(frozen=True)
class Entry:
    """One entry of a profile, as its file says."""

    scheme: str
    control: str
    key_id: str
    state: KeyState
    evidence: str
    admission: Status


@dataclass(frozen=True)
class ProfileInfo:
    """A profile, as its file says.  ``why``: what is wrong with it, or None."""

    name: str
    file: str
    description: str
    origins: tuple[str, ...]
    entries: tuple[Entry, ...]
    admission: Status
    why: Error | None


@dataclass(frozen=True)
class EntryStatus:
    """Where the credential of one entry stands.  Durations are seconds; those
    and points in time (Unix seconds) are None where there is none."""

    entry: int
    scheme: str
    key_id: str
    key_state: KeyState
    evidence: str
    usable: bool
    refreshing: bool
    generation: int
    acquired_at: int | None
    expires_in: int | None
    refresh_in: int | None
    checked_at: int | None
    latched: Status
    last_status: Status
    last_error: str
    last_error_at: int | None
    stored: str
    login_needed: bool
    stored_at: int | None
    exchanges: int
    unanswered: int
    acquired: int
    not_acquired: int


@dataclass(frozen=True)
class Revocation:
    """What became of one entry's credential; ``result`` is a word."""

    entry: int
    scheme: str
    key_id: str
    status: Status
    result: str
    text: str
    had_credential: bool
    drop_status: Status
    drop_text: str


@dataclass(frozen=True)
class Key:
    """A key that is registered, or that a profile names, or both."""

    scheme: str
    id: str
    mark: str
    description: str
    access: str
    state: KeyState
    evidence: str
    registered: bool
    created_at: int | None
    created_by: str
    archived_at: int | None
    archived_by: str
    why: str
    used_at: int | None
    used_by: str
    checked_at: int | None
    profiles: tuple[str, ...]


@dataclass(frozen=True)
class Rotation:
    """Which keys changed places."""

    fresh: str
    old: str
    old_scheme: str
