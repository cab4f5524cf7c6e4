# SPDX-License-Identifier: BSD-2-Clause
"""For administrators' tools: profiles, keys, users, what is wrong in files.

Each function takes a context; None: that of the machine's configuration.
Changing the key registry needs the right to write state_dir.
"""

from __future__ import annotations

from typing import Any, Callable, TypeVar

from ._lib import check, error_of, ffi, from_c, lib, new_error, sized, to_c
from .context import Context, default
from .errors import Error, Status
from .profile import Profile
from .types import Entry, Key, KeyState, ProfileInfo, Rotation

T = TypeVar("T")


class _List:
    """What the library shows, one by one, as a list."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self._make = make
        self.rows: list[Any] = []
        self.raised: BaseException | None = None

    def take(self, shown: Any) -> bool:
        try:
            self.rows.append(self._make(shown))
        except BaseException as error:  # it must not pass through C
            self.raised = error
        return self.raised is None


def _each(handle: Any, shown: Any) -> bool:
    taker: _List = ffi.from_handle(handle)
    return taker.take(shown)


for _name in ("profile", "key", "user", "line", "problem"):
    ffi.def_extern(name=f"each_{_name}")(_each)


def _collect(
    make: Callable[[Any], T], call: Callable[[Any, Any], int]
) -> list[T]:
    """Call what shows things one by one: call(arg, err)."""
    taker, err = _List(make), new_error()
    handle = ffi.new_handle(taker)
    status = call(handle, err)
    if taker.raised is not None:
        raise taker.raised
    check(status, err)
    return taker.rows


def _context(context: Context | None) -> Any:
    return (context or default())._open


# ---- Profiles ----------------------------------------------------------------


def _entry(e: Any) -> Entry:
    return Entry(
        from_c(e.scheme),
        from_c(e.control),
        from_c(e.key_id),
        KeyState(e.state),
        from_c(e.evidence),
        Status(e.admission),
    )


def _profile(p: Any) -> ProfileInfo:
    return ProfileInfo(
        from_c(p.name),
        from_c(p.file),
        from_c(p.description),
        tuple(from_c(p.origins[i]) for i in range(p.origin_count)),
        tuple(_entry(p.entries[i]) for i in range(p.entry_count)),
        Status(p.admission),
        None if p.why == ffi.NULL else error_of(p.why),
    )


def profiles(context: Context | None = None) -> list[ProfileInfo]:
    """All profiles, by name."""
    c = _context(context)
    return _collect(
        _profile,
        lambda arg, err: lib.apam_profiles(c, lib.each_profile, arg, err),
    )


def explain(url: str, context: Context | None = None) -> list[ProfileInfo]:
    """All profiles, with ``why`` None for the one that signs the URL."""
    c = _context(context)
    return _collect(
        _profile,
        lambda arg, err: lib.apam_explain(
            c, to_c(url), lib.each_profile, arg, err
        ),
    )


def lint(config: str | None = None) -> list[Error]:
    """What is wrong in a file, or in all files that it leads to.  The status
    of a warning is OK."""
    taker, err = _List(error_of), new_error()
    handle = ffi.new_handle(taker)
    to, options = sized("struct apam_lint_to"), sized("struct apam_open_options")
    path = to_c(config)
    options.config = path
    to.arg = handle
    to.problem = lib.each_problem
    status = lib.apam_lint(options, ffi.NULL, to, err)
    if taker.raised is not None:
        raise taker.raised
    if status and not taker.rows:
        check(status, err)
    return taker.rows


# ---- Keys --------------------------------------------------------------------


def _key(k: Any) -> Key:
    return Key(
        scheme=from_c(k.scheme),
        id=from_c(k.id),
        mark=from_c(k.mark),
        description=from_c(k.description),
        access=from_c(k.access),
        state=KeyState(k.state),
        evidence=from_c(k.evidence),
        registered=bool(k.registered),
        created_at=int(k.created_at) or None,
        created_by=from_c(k.created_by),
        archived_at=int(k.archived_at) or None,
        archived_by=from_c(k.archived_by),
        why=from_c(k.why),
        used_at=int(k.used_at) or None,
        used_by=from_c(k.used_by),
        checked_at=int(k.checked_at) or None,
        profiles=tuple(from_c(k.profiles[i]) for i in range(k.profile_count)),
    )


def keys(context: Context | None = None) -> list[Key]:
    """Every key of the registry and of the profiles, by id."""
    c = _context(context)
    return _collect(
        _key,
        lambda arg, err: lib.apam_keys(c, lib.each_key, arg, ffi.NULL, err),
    )


def _change(
    call: Callable[..., int],
    context: Context | None,
    key: tuple[str, str | None, str | None],
    *texts: str | None,
) -> None:
    """Call what changes a key: its id, its scheme and its mark say which."""
    kept = [to_c(text) for text in key]
    name, err = sized("struct apam_key_name"), new_error()
    name.id, name.scheme, name.mark = kept
    check(call(_context(context), name, *map(to_c, texts), err), err)


def add_key(
    id: str,
    description: str | None = None,
    access: str | None = None,
    *,
    scheme: str | None = None,
    mark: str | None = None,
    context: Context | None = None,
) -> None:
    """Register a key."""
    key = id, scheme, mark
    _change(lib.apam_key_add, context, key, description, access)


def describe_key(
    id: str,
    description: str | None = None,
    access: str | None = None,
    *,
    scheme: str | None = None,
    mark: str | None = None,
    context: Context | None = None,
) -> None:
    """Say anew what a key is for, or opens; None leaves it as it is."""
    key = id, scheme, mark
    _change(lib.apam_key_describe, context, key, description, access)


def archive_key(
    id: str,
    why: str | None = None,
    *,
    scheme: str | None = None,
    mark: str | None = None,
    context: Context | None = None,
) -> None:
    """Archive a key.  Once this returns, nobody here signs with it."""
    _change(lib.apam_key_archive, context, (id, scheme, mark), why)


def restore_key(
    id: str,
    *,
    scheme: str | None = None,
    mark: str | None = None,
    context: Context | None = None,
) -> None:
    """Let an archived key sign again."""
    _change(lib.apam_key_restore, context, (id, scheme, mark))


def rotate_key(profile: Profile, why: str | None = None) -> Rotation:
    """Take a profile's standby key into first place, and archive the old."""
    made, err = sized("struct apam_key_rotation"), new_error()
    check(lib.apam_key_rotate(profile._c, to_c(why), made, err), err)
    return Rotation(
        from_c(made.fresh), from_c(made.old), from_c(made.old_scheme)
    )


# ---- Users and the audit log -------------------------------------------------


def add_user(uid: int, context: Context | None = None) -> None:
    """Make the directory in which programs of a user note what they use."""
    err = new_error()
    check(lib.apam_user_add(_context(context), uid, err), err)


def users(context: Context | None = None) -> list[int]:
    """The users who have such a directory, as far as they may be seen."""
    c = _context(context)
    return _collect(
        lambda u: int(u.uid),
        lambda arg, err: lib.apam_users(c, lib.each_user, arg, err),
    )


def audit_lines(context: Context | None = None) -> list[str]:
    """The lines of the audit logs that are files."""
    c = _context(context)
    return _collect(
        lambda line: from_c(line.line),
        lambda arg, err: lib.apam_audit_lines(c, lib.each_line, arg, err),
    )
