# SPDX-License-Identifier: BSD-2-Clause
"""One signed request, until its answer has been judged."""

from __future__ import annotations

import sys
from collections.abc import Collection
from enum import Enum
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any, Union

from ._lib import ffi, lib, error_of, from_c, sized
from .errors import DeniedError, Error, InternalError, Status
from .types import Judgement, Verdict

if TYPE_CHECKING:
    from .profile import Profile

Headers = Collection[tuple[str, str]]


class Unread(Enum):
    """A body that is there, and cannot be read before it is sent."""

    BODY = "unread"


#: Give this for the body of a request that is streamed.
UNREAD = Unread.BODY

Body = Union[bytes, Unread, None]

_signer_sign = lib.signer_sign
_STATUS: int = lib.SIGNER_STATUS
_SAME_URL: int = lib.SIGNER_SAME_URL
_CERTIFICATE: int = lib.SIGNER_CERTIFICATE
_VERIFIES: int = lib.SIGNER_VERIFIES
_BLOCK: int = lib.SIGNER_BLOCK

#: Those that are free; list operations are atomic.
_spare: list[Any] = []
_SPARE_MAX = 64

_METHODS = {
    name: name.encode()
    for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
}


def _new_signer() -> Any:
    try:
        return _spare.pop()
    except IndexError:
        pass
    signer = lib.signer_new()
    if signer == ffi.NULL:
        raise InternalError(Status.MEMORY, "out of memory")
    return signer


def _text(text: str, encoding: str) -> bytes:
    """Bytes that C takes for the whole of a text."""
    made = text.encode(encoding)
    if b"\0" in made:
        raise ValueError("a NUL character in a request or an answer")
    return made


def _block(headers: Headers) -> tuple[bytes, int]:
    """Headers as signer.h has them, and how many."""
    parts = list(chain.from_iterable(headers))
    if not parts:
        return b"", 0
    block = "\0".join(parts).encode("latin-1")
    if block.count(b"\0") != len(parts) - 1:
        raise ValueError("a NUL character in a header")
    return block, len(parts) // 2


def _content(body: Body) -> tuple[int, bytes]:
    """The kind of a body for the library, and its bytes."""
    if body is None or body == b"":
        return lib.APAM_BODY_NONE, b""
    if body is UNREAD:
        return lib.APAM_BODY_UNKNOWN, b""
    return lib.APAM_BODY_BYTES, bytes(body)


class Signature:
    """A signed request: send ``url`` with ``headers`` in place of its own.

    It holds the credential: release it soon, by :meth:`release` or ``with``.
    """

    __slots__ = ("profile", "_signer", "_kept", "_made", "__weakref__")

    def __init__(
        self,
        profile: Profile,
        method: str,
        url: str,
        headers: Headers = (),
        body: Body = None,
        timeout_ms: int = 0,
    ) -> None:
        """What is to be signed; nothing is signed yet."""
        self._signer: Any = None
        self.profile = profile
        block, count = _block(headers) if headers else (b"", 0)
        kind, content = _content(body) if body is not None else (0, b"")
        #: The library reads these until the signature is released.
        self._kept = (
            _METHODS.get(method) or _text(method, "latin-1"),
            _text(url, "utf-8"),
            block, count, kind, content, len(content), timeout_ms,
        )
        self._made = 0
        self._signer = _new_signer()

    def _sign(self) -> Signature:
        """Sign, waiting for a credential where there is none."""
        try:
            made = _signer_sign(
                self._signer, self.profile._pointer, *self._kept
            )
        except TypeError:
            _ = self.profile._c  # which says what is wrong
            raise
        if made & _STATUS:
            raise error_of(self._signer.err, made & _STATUS)
        self._made = made
        return self

    def _fill(self) -> Any:
        """For aio.py, which signs itself."""
        self._check(lib.signer_fill(self._live, *self._kept))
        return self._signer

    def _signed(self) -> None:
        """The same: it was signed."""
        made = lib.signer_made(self._live)
        self._check(made & _STATUS)
        self._made = made

    @property
    def _live(self) -> Any:
        if self._signer is None:
            raise ValueError("the signature was released")
        return self._signer

    @property
    def _c(self) -> Any:
        return self._live.signature

    @property
    def url(self) -> str:
        """Where to send to: the request's, with parameters where there are
        any to add."""
        signer = self._live
        if self._made & _SAME_URL:
            return self._kept[1].decode()
        return from_c(signer.signature.url)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """To add, each in place of the program's own of that name."""
        signer = self._live
        n = self._made >> _BLOCK
        if n == 0:
            return []
        parts = ffi.unpack(signer.block, n).decode("latin-1").split("\0")
        return list(zip(parts[::2], parts[1::2]))

    @property
    def covered(self) -> list[str]:
        """Names of headers that must go out as they were signed."""
        signature = self._c
        return [
            ffi.unpack(name.p, name.n).decode("latin-1")
            for name in signature.covered[0 : signature.covered_count]
        ]

    @property
    def needs_certificate(self) -> bool:
        """True if it must be sent with a TLS client certificate."""
        return bool(self._made & _CERTIFICATE)

    def refuse_certificate(self, client: str) -> None:
        """Raise DeniedError if it needs what ``client`` cannot send."""
        if self.needs_certificate:
            raise DeniedError(
                Status.POLICY,
                f"the profile sends a client certificate, which {client} "
                "cannot: use `apam request`, or a program of libapam-curl",
                self.profile.name,
            )

    @property
    def verifies(self) -> bool:
        """True if its answer must not be believed before :meth:`verify`."""
        _ = self._live
        return bool(self._made & _VERIFIES)

    def differs(self, other: Signature) -> bool:
        """True if to send it may bring another answer than the other did."""
        a, b = self._c, other._c
        return bool(
            a.credential != b.credential
            or a.entries != b.entries
            or a.memo != b.memo
        )

    def judge(
        self, status: int, headers: Headers = (), body: bytes = b""
    ) -> Judgement:
        """Say what an answer says of the credential.  No network."""
        block, count = _block(headers)
        found = sized("struct apam_judgement")
        self._check(lib.signer_judge(
            self._live, self.profile._c, status, block, count, body,
            len(body), found,
        ))
        return Judgement(
            Verdict(found.verdict),
            bool(found.replay),
            int(found.retry_at) or None,
            from_c(found.reason),
        )

    def verify(
        self, status: int, headers: Headers, body: bytes, whole: bool = True
    ) -> None:
        """Raise DeniedError unless the answer is the provider's, and whole."""
        block, count = _block(headers)
        self._check(lib.signer_verify(
            self._live, self.profile._c, status, block, count, body,
            len(body), whole,
        ))

    def _check(self, status: int) -> None:
        if status:
            raise self._error(status)

    def _error(self, status: int) -> Error:
        return error_of(self._live.err, status)

    def release(self) -> None:
        """Wipe the credential.  It may be released already."""
        signer, self._signer = self._signer, None
        if signer is None:
            return
        lib.signer_clear(signer)
        if len(_spare) < _SPARE_MAX:
            _spare.append(signer)
        else:
            lib.signer_free(signer)

    def __enter__(self) -> Signature:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def __del__(self) -> None:
        if not sys.is_finalizing():
            self.release()

    def __repr__(self) -> str:
        return f"<apam.Signature of {self.profile.name}>"
