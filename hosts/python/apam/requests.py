# SPDX-License-Identifier: BSD-2-Clause
"""apam for requests: a Session, an adapter for a session of one's own, and
an auth object.

None of them leaves a credential in the request that the program holds: what
is sent is a copy (Session, Adapter), or what was added is taken out again when
the answer is there (Auth).  So requests has none to send where a redirect
leads.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.models import PreparedRequest, Response

from .chooser import Chooser
from .context import Context, default
from .errors import DeniedError, Error, Status
from .profile import Profile
from .rounds import Rounds
from .signature import CERTIFICATE, SAME_URL, UNREAD, Body, Headers, Signature
from .types import Judgement


def _body_of(request: PreparedRequest) -> Body:
    """The body, where it can be read before it is sent."""
    body = request.body
    if body is None or isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else UNREAD


def _as_text(headers: Collection[tuple[str, Any]]) -> Headers:
    """requests allows bytes as well."""
    return [
        (name, value if isinstance(value, str) else value.decode("latin-1"))
        for name, value in headers
    ]


_S = TypeVar("_S", bound=Signature)


def _sign(kind: type[_S], profile: Profile, request: PreparedRequest) -> _S:
    method, url = request.method or "GET", request.url or ""
    headers = _store_of(request).values()
    body = None if request.body is None else _body_of(request)
    try:
        signature = kind(profile, method, url, headers, body)
    except TypeError:
        signature = kind(profile, method, url, _as_text(headers), body)
    if signature._made & CERTIFICATE:
        signature.refuse_certificate("apam.requests")
    return signature


def _store_of(request: PreparedRequest) -> dict[str, tuple[str, Any]]:
    """Names in lower case to names and values.  The mapping itself looks each
    name up anew, which takes as long as all the rest of a signature."""
    store: dict[str, tuple[str, Any]]
    store = request.headers._store  # type: ignore[attr-defined]
    return store


def _judge(
    signature: Signature, response: Response, stream: bool
) -> Judgement:
    """Judge an answer, and verify it where the provider signs answers.

    The body is read where the program would read all of it anyway, where it
    says why there was no success, and where it has to be verified.
    """
    body = b""
    if signature.verifies or not stream or not response.ok:
        body = response.content
    headers = list(response.raw.headers.items())
    if signature.verifies:
        signature.verify(response.status_code, headers, body)
    return signature.judge(response.status_code, headers, body)


def _again(sent: _S, request: PreparedRequest) -> _S | None:
    """Another signature for the request, where there is one."""
    if _body_of(request) is UNREAD:
        return None
    try:
        fresh = _sign(type(sent), sent.profile, request)
    except Error:
        return None
    return Rounds.news(sent, fresh)


# ---- Adapter -----------------------------------------------------------------


class Adapter(HTTPAdapter):
    """Signs what it sends; mount it where that is wanted:

    >>> session.mount("https://api.example.com/", apam.requests.Adapter())

    ``profile``: sign by that one, whatever the URL; without it, by the one that
    is for the URL, and a URL of none is sent as it is.  Certificates and proxy
    of a signed request are what the administrator wrote, not what the program
    or its environment says.
    """

    __attrs__ = HTTPAdapter.__attrs__

    def __init__(
        self,
        profile: str | Profile | None = None,
        context: Context | None = None,
        **how: Any,
    ) -> None:
        super().__init__(**how)
        self._context = context or default()
        self._chooser = Chooser.of_now(profile, self._context)

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> Response:
        profile = self._chooser.of_any(self._context, request.url or "")
        if profile is None:
            return super().send(request, stream, timeout, verify, cert, proxies)
        signature = _sign(Signature, profile, request)
        rounds = Rounds()
        try:
            while True:
                response = self._send_signed(
                    signature, request, stream, timeout, verify, cert
                )
                judged = _judge(signature, response, stream)
                if not rounds.wants(judged):
                    return response
                fresh = _again(signature, request)
                if fresh is None:
                    return response
                response.close()
                signature = fresh
        finally:
            signature.release()

    def _send_signed(
        self,
        signature: Signature,
        request: PreparedRequest,
        stream: bool,
        timeout: Any,
        verify: bool | str,
        cert: Any,
    ) -> Response:
        """Send a copy of the request that has the credential."""
        way = signature.profile.transport(request.url or "")
        if verify is False and not way.allow_http:
            raise DeniedError(
                Status.POLICY,
                "verify=False would show the credential to anybody; give the "
                "profile a ca_file",
                signature.profile.name,
            )
        signed = request.copy()
        signed.url = signature.url
        signed.headers.update(signature.headers)
        proxies = {"https": way.proxy} if way.proxy else {}
        try:
            response = super().send(
                signed, stream, timeout, way.ca_file or True, cert, proxies
            )
        except requests.RequestException as error:
            raise _without_secret(error, signed, request) from None
        response.request = request
        response.url = request.url or ""
        return response


def _without_secret(
    error: requests.RequestException,
    signed: PreparedRequest,
    request: PreparedRequest,
) -> requests.RequestException:
    """The same error, without the query that may hold a credential."""
    text = str(error)
    query = (signed.url or "").partition("?")[2]
    if query and query not in (request.url or ""):
        text = text.replace(query, "***")
    return type(error)(text, request=request)


class Session(requests.Session):
    """A session that signs what it sends to the APIs of profiles.

    >>> apam.Session().get("https://api.example.com/things").json()
    """

    def __init__(
        self,
        profile: str | Profile | None = None,
        context: Context | None = None,
    ) -> None:
        super().__init__()
        adapter = Adapter(profile, context)
        self.mount("https://", adapter)
        self.mount("http://", adapter)


# ---- Auth --------------------------------------------------------------------


class _Sent(Signature):
    """A signature that was put into a request, and the hook that requests calls
    with the answer."""

    __slots__ = ("_before",)

    def _put_into(self, request: PreparedRequest) -> None:
        store = _store_of(request)
        before: dict[str, tuple[str, Any] | None] = {}
        for header in self._added():
            key = header[0].lower()
            before[key] = store.get(key)
            store[key] = header
        if not self._made & SAME_URL:
            request.url = self.url
        self._before = before

    def _take_out(self, request: PreparedRequest) -> None:
        """Leave the request as it was."""
        store = _store_of(request)
        request.url = self._url
        while self._before:
            key, header = self._before.popitem()
            if header is None:
                store.pop(key, None)
            else:
                store[key] = header

    def __call__(self, response: Response, **how: Any) -> Response:
        """Judge an answer; redirects bring their own here, which are not."""
        if self._signer is None:
            return response
        sent, rounds, request = self, Rounds(), response.request
        try:
            while True:
                judged = _judge(sent, response, bool(how.get("stream")))
                sent._take_out(request)
                if not rounds.wants(judged):
                    return response
                fresh = _again(sent, request)
                if fresh is None:
                    return response
                sent = fresh
                sent._put_into(request)
                response = _send_again(response, request, how)
        finally:
            sent._take_out(request)
            sent.release()


def _send_again(
    old: Response, request: PreparedRequest, how: dict[str, Any]
) -> Response:
    old.close()
    response: Response = old.connection.send(  # type: ignore[attr-defined]
        request, **how
    )
    response.history.append(old)
    response.request = request
    return response


class Auth(AuthBase):
    """Signs a program's own requests: ``requests.get(url, auth=Auth("name"))``.

    A redirect is followed without a credential; a Session signs it, where it
    leads to the profile's API.
    """

    def __init__(
        self,
        profile: str | Profile | None = None,
        context: Context | None = None,
    ) -> None:
        self._context = context or default()
        self._chooser = Chooser.of_now(profile, self._context)

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        chooser = self._chooser
        profile = chooser.fixed or chooser.of(self._context, request.url or "")
        sent = _sign(_Sent, profile, request)
        sent._put_into(request)
        hooks: dict[str, list[Any]] = request.hooks
        hooks["response"].append(sent)
        return request
