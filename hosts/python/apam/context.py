# SPDX-License-Identifier: BSD-2-Clause
"""A context: one configuration with its profiles."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Any
from weakref import WeakValueDictionary

from ._lib import check, ffi, from_c, lib, new_error, sized, to_c
from .profile import Profile

_default: Context | None = None
_default_lock = threading.Lock()


class Context:
    """One configuration.  Any threads may use it at once, and children of a
    fork go on with it.

    ``config`` is the main file; None: that of $APAM_CONFIG, else
    /etc/apam.conf.  ``user``: trust files of the effective user as well as
    root's.  ``thread=False``: start no thread; :mod:`apam.aio` drives it.
    """

    def __init__(
        self,
        config: str | None = None,
        *,
        user: bool = False,
        thread: bool = True,
    ) -> None:
        self._c: Any = None
        options, err = sized("struct apam_open_options"), new_error()
        path = to_c(config)
        options.config = path
        if user:
            options.flags |= lib.APAM_OPEN_USER
        if not thread:
            options.flags |= lib.APAM_OPEN_NO_THREAD
        made = ffi.new("struct apam **")
        check(lib.apam_open(options, made, err), err)
        self._c = made[0]
        self._profiles: WeakValueDictionary[int, Profile] = (
            WeakValueDictionary()
        )

    def profile(self, name: str) -> Profile:
        """The profile of a name."""
        err, made = new_error(), ffi.new("struct apam_profile **")
        check(lib.apam_profile_get(self._open, to_c(name), made, err), err)
        return self._wrap(made[0])

    def find(self, url: str) -> Profile:
        """The profile that signs a URL."""
        err, made = new_error(), ffi.new("struct apam_profile **")
        check(lib.apam_profile_find(self._open, to_c(url), made, err), err)
        return self._wrap(made[0])

    @property
    def _open(self) -> Any:
        if self._c is None:
            raise ValueError("the context was closed")
        return self._c

    def _wrap(self, c: Any) -> Profile:
        number = int(ffi.cast("uintptr_t", c))
        found = self._profiles.get(number)
        if found is None:
            found = Profile(self, c)
            self._profiles[number] = found
        return found

    def close(self) -> None:
        """Free it.  No other call may be using it, nor any of its profiles
        or signatures afterwards."""
        c, self._c = self._c, None
        if c is not None:
            for profile in self._profiles.values():
                profile._pointer = None
            lib.apam_close(ffi.new("struct apam **", c))

    def __enter__(self) -> Context:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # When the interpreter ends, other threads may be in a call still.
        if not sys.is_finalizing():
            self.close()


def default() -> Context:
    """The context of the machine's configuration, opened when first needed."""
    global _default
    if _default is None:
        with _default_lock:
            if _default is None:
                _default = Context()
    return _default


def version() -> str:
    """The version of the library that was found."""
    return from_c(lib.apam_version())
