# SPDX-License-Identifier: BSD-2-Clause
"""What all modules here need of the library: texts, structs, errors."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .errors import Error, Status, class_of

_apam: Any = import_module("apam._apam")
ffi: Any = _apam.ffi
lib: Any = _apam.lib

#: Names go over the border as UTF-8, whatever the locale is.
_ENCODING = "utf-8"


def to_c(text: str | None) -> Any:
    """A C string, which lives as long as what is returned; None: NULL."""
    if text is None:
        return ffi.NULL
    if "\0" in text:
        raise ValueError("a NUL character in a text")
    return ffi.new("char[]", text.encode(_ENCODING))


def from_c(text: Any) -> str:
    """The text of a C string or array; NULL: ''."""
    if text == ffi.NULL:
        return ""
    value: bytes = ffi.string(text)
    return value.decode(_ENCODING, "replace")


def or_none(text: Any) -> str | None:
    """The same, with None for an empty one."""
    return from_c(text) or None


def sized(name: str, count: int | None = None) -> Any:
    """A zeroed struct with its size, or an array of them."""
    if count is not None:
        return ffi.new(f"{name}[]", count)
    made = ffi.new(f"{name} *")
    made.size = ffi.sizeof(name)
    return made


def new_error() -> Any:
    """A struct apam_error for a call."""
    err = sized("struct apam_error")
    err.entry = -1
    return err


def error_of(err: Any, status: int | None = None) -> Error:
    """The exception that says what a struct apam_error does."""
    found = Status(err.status if status is None else status)
    return class_of(found)(
        found,
        from_c(err.text) or from_c(lib.apam_status_text(int(found))),
        or_none(err.profile),
        or_none(err.file),
        int(err.line) or None,
        int(err.entry) if err.entry >= 0 else None,
        int(err.retry_at) or None,
    )


def check(status: int, err: Any) -> None:
    """Raise what a call says in its struct apam_error, if it failed."""
    if status != 0:
        raise error_of(err, status)
