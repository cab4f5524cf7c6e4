# SPDX-License-Identifier: BSD-2-Clause
"""apam: sign outgoing HTTP requests as the administrator configured it.

>>> import apam
>>> apam.Session().get("https://api.example.com/things").json()

or, in a program that uses requests or httpx already:

>>> requests.get(url, auth=apam.auth("example"))
>>> httpx.Client(transport=apam.httpx.Transport())

or by hand:

>>> with apam.sign("example", "GET", url) as signature:
...     send(signature.url, signature.headers)

:mod:`apam.aio` is for asyncio, :mod:`apam.admin` for administrators' tools,
:mod:`apam.login` for programs in which people log in.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from .context import Context, default, version
from .errors import (
    ConfigError,
    DeniedError,
    Error,
    InternalError,
    RevokedError,
    Status,
    TemporaryError,
    UsageError,
)
from .profile import Profile, Transport
from .signature import UNREAD, Body, Headers, Signature
from .types import (
    Entry,
    EntryStatus,
    Judgement,
    Key,
    KeyReport,
    KeyState,
    ProfileInfo,
    Revocation,
    Rotation,
    Verdict,
)

if TYPE_CHECKING:
    from . import admin as admin, aio as aio, httpx as httpx
    from . import login as login, requests as requests
    from .requests import Session as Session

__all__ = [
    "Body", "ConfigError", "Context", "DeniedError", "Entry", "EntryStatus",
    "Error", "Headers", "InternalError", "Judgement", "Key", "KeyReport",
    "KeyState", "Profile", "ProfileInfo", "Revocation", "RevokedError",
    "Rotation", "Session", "Signature", "Status", "TemporaryError",
    "Transport", "UNREAD", "UsageError", "Verdict", "auth", "check",
    "default", "profile", "sign", "version",
]

#: Read when first needed: not every program has requests and httpx.
_LATER = {"admin", "aio", "httpx", "login", "requests"}


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "Session":
        # Kept, so that no later call takes a lock of the import system, which
        # a child of a fork may find held.
        globals()[name] = found = __getattr__("requests").Session
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def profile(name: str) -> Profile:
    """The profile of a name."""
    return default().profile(name)


def sign(
    profile: str,
    method: str,
    url: str,
    headers: Headers = (),
    body: Body = None,
    timeout: float | None = None,
) -> Signature:
    """Sign a request by the profile of a name."""
    return default().profile(profile).sign(method, url, headers, body, timeout)


def check(profile: str, timeout: float | None = None) -> list[KeyReport]:
    """Ask the provider about the keys of a profile."""
    return default().profile(profile).check(timeout)


def auth(profile: str | None = None, context: Context | None = None) -> Any:
    """What requests and httpx take as ``auth``.

    ``profile``: sign by that one; None: by the one that is for the URL.
    Import requests or httpx first.
    """
    clients = [n for n in ("requests", "httpx") if n in sys.modules]
    if not clients:
        raise ImportError("import requests or httpx before apam.auth")
    made = [__getattr__(name).Auth(profile, context) for name in clients]
    if len(made) == 2:
        made[1].for_requests = made[0]
    return made[-1]
