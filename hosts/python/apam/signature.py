# SPDX-License-Identifier: BSD-2-Clause
"""One signed request, until its answer has been judged."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Collection
from enum import Enum
from itertools import chain
from types import TracebackType
from typing import TYPE_CHECKING, Any, Union

from ._lib import ffi, lib, error_of, from_c, sized
from .errors import DeniedError, InternalError, Status
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

_signer_clear = lib.signer_clear
_unpack = ffi.unpack
_STATUS: int = lib.SIGNER_STATUS
SAME_URL: int = lib.SIGNER_SAME_URL
CERTIFICATE: int = lib.SIGNER_CERTIFICATE
_VERIFIES: int = lib.SIGNER_VERIFIES
_BLOCK: int = lib.SIGNER_BLOCK
_NUL: int = lib.SIGNER_NUL
#: The kind of a body for the library, its bytes, and how many these are.
_Content = tuple[int, bytes, int]
_NO_BODY: _Content = lib.APAM_BODY_NONE, b"", 0
_UNREAD_BODY: _Content = lib.APAM_BODY_UNKNOWN, b"", 0

#: Those that are free; these operations are atomic.
_spare: deque[Any] = deque(maxlen=64)


def _new_signer() -> Any:
    signer = lib.signer_new()
    if signer == ffi.NULL:
        raise InternalError(Status.MEMORY, "out of memory")
    return ffi.gc(signer, lib.signer_free)


def _asked_block(method: str, url: str, headers: Headers) -> bytes:
    """A request's texts as signer.h has them.  A program's own headers are few,
    and to add tuples is the fastest then."""
    return "\0".join(sum(headers, (method, url))).encode("latin-1")


def _answered_block(headers: Headers) -> bytes:
    """An answer's, of which there may be any number."""
    return "\0".join(chain.from_iterable(headers)).encode("latin-1")


def _content(body: Body) -> _Content:
    if body is None or body == b"":
        return _NO_BODY
    if body is UNREAD:
        return _UNREAD_BODY
    return lib.APAM_BODY_BYTES, bytes(body), len(body)


def _answer(status: int, headers: Headers, body: bytes) -> tuple[Any, Any]:
    """An answer for the library, and what must live as long as that."""
    answer = ffi.new("struct signer_answer *")
    block = ffi.from_buffer(_answered_block(headers))
    content = ffi.from_buffer(body)
    answer.status = status
    answer.headers, answer.headers_n = block, len(block)
    answer.header_count = len(headers)
    answer.body, answer.body_n = content, len(content)
    return answer, (block, content)


class Signature:
    """A signed request: send ``url`` with ``headers`` in place of its own.

    It holds the credential: release it soon, by :meth:`release` or ``with``.
    """

    __slots__ = ("profile", "_url", "_signer", "_kept", "_made", "__weakref__")

    def __init__(
        self,
        profile: Profile,
        method: str,
        url: str,
        headers: Headers = (),
        body: Body = None,
        timeout_ms: int = 0,
        call: Any = lib.signer_sign,
    ) -> None:
        """Sign, waiting for a credential where there is none.  ``call``:
        ``lib.signer_fill`` signs nothing yet, for aio.py."""
        self._signer: Any = None
        self._made = 0
        self.profile = profile
        self._url = url
        try:
            block = _asked_block(method, url, headers)
        except UnicodeEncodeError:  # the library says what is wrong with a URL
            url = url.encode().decode("latin-1")
            block = _asked_block(method, url, headers)
        content = _NO_BODY if body is None else _content(body)
        #: The library reads these until the signature is released.
        self._kept = block, content
        try:
            signer = _spare.pop()
        except IndexError:
            signer = _new_signer()
        self._signer = signer
        made = call(
            signer, profile._pointer or profile._c, block, len(block),
            len(headers), timeout_ms, *content,
        )
        if made & _STATUS:
            self._check(made & _STATUS)
        self._made = made

    def _signed(self) -> None:
        """For aio.py: it was signed."""
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
        if self._made & SAME_URL:
            return self._url
        return from_c(signer.signature.url)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """To add, each in place of the program's own of that name."""
        _ = self._live
        return self._added()

    def _added(self) -> list[tuple[str, str]]:
        n = self._made >> _BLOCK
        if n == 0:
            return []
        text: str = _unpack(self._signer.block, n).decode("latin-1")
        name, _, rest = text.partition("\0")
        if "\0" not in rest:
            return [(name, rest)]
        parts = iter(text.split("\0"))
        return list(zip(parts, parts))

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
        return bool(self._made & CERTIFICATE)

    def refuse_certificate(self, client: str) -> None:
        """Raise DeniedError if it needs what ``client`` cannot send."""
        if self._made & CERTIFICATE:
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
        found = sized("struct apam_judgement")
        answer, kept = _answer(status, headers, body)
        self._check(lib.signer_judge(
            self._live, self.profile._c, answer, found
        ))
        del kept
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
        answer, kept = _answer(status, headers, body)
        self._check(lib.signer_verify(
            self._live, self.profile._c, answer, whole
        ))
        del kept

    def _check(self, status: int) -> None:
        if status == _NUL:
            raise ValueError("a NUL character in a request or an answer")
        if status:
            raise error_of(self._live.err, status)

    def release(self) -> None:
        """Wipe the credential.  It may be released already."""
        signer, self._signer = self._signer, None
        if signer is None:
            return
        _signer_clear(signer)
        _spare.append(signer)

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
        if self._signer is not None and not sys.is_finalizing():
            self.release()

    def __repr__(self) -> str:
        return f"<apam.Signature of {self.profile.name}>"
