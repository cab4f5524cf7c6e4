# SPDX-License-Identifier: BSD-2-Clause
"""apam for httpx: transports that sign, and an auth object.

A transport signs beneath the client's redirects: each of them is a new request,
which is signed if its URL is the profile's.  An auth object is above them, and
httpx takes along all headers but Authorization and Cookie where a redirect
leads to another host; so it refuses to sign with any other header.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Generator
from typing import Any

import httpx

from .aio import Driver, driver
from .chooser import Chooser
from .context import Context, default
from .errors import DeniedError, Error, Status
from .profile import Profile
from .rounds import Rounds
from .signature import UNREAD, Body, Headers, Signature
from .types import Judgement

#: What httpx does not send on to another host.
_SAFE = {"authorization", "cookie"}


def _body_of(request: httpx.Request) -> Body:
    """The body, where it can be read before it is sent."""
    try:
        return request.content or None
    except httpx.RequestNotRead:
        return UNREAD


def _headers_of(message: httpx.Request | httpx.Response) -> Headers:
    return list(message.headers.multi_items())


def _sign(profile: Profile, request: httpx.Request) -> Signature:
    return profile.sign(
        request.method,
        str(request.url),
        _headers_of(request),
        _body_of(request),
    )


async def _sign_async(
    mine: Driver, profile: Profile, request: httpx.Request
) -> Signature:
    return await mine.sign(
        profile,
        request.method,
        str(request.url),
        _headers_of(request),
        _body_of(request),
    )


def _again(sent: Signature, request: httpx.Request) -> Signature | None:
    """Another signature for the request, where there is one."""
    try:
        fresh = _sign(sent.profile, request)
    except Error:
        return None
    return Rounds.news(sent, fresh)


async def _again_async(
    mine: Driver, sent: Signature, request: httpx.Request
) -> Signature | None:
    try:
        fresh = await _sign_async(mine, sent.profile, request)
    except Error:
        return None
    return Rounds.news(sent, fresh)


def _signed(signature: Signature, request: httpx.Request) -> httpx.Request:
    """A copy of a request with what the signature adds."""
    signature.refuse_certificate("apam.httpx")
    headers = request.headers.copy()
    for name, value in signature.headers:
        headers[name] = value
    return httpx.Request(
        request.method,
        signature.url,
        headers=headers,
        stream=request.stream,
        extensions=request.extensions,
    )


def _judge(signature: Signature, response: httpx.Response) -> Judgement:
    """Judge an answer, whose body was read where :func:`_to_read` says so."""
    try:
        body = response.content
    except httpx.ResponseNotRead:
        body = b""
    headers = _headers_of(response)
    if signature.verifies:
        signature.verify(response.status_code, headers, body)
    return signature.judge(response.status_code, headers, body)


def _to_read(signature: Signature, response: httpx.Response) -> bool:
    """True if the body is needed: to verify it, or because it says why there
    was no success.  A success is left to the program, which may stream it."""
    return signature.verifies or not response.is_success


def _can_repeat(request: httpx.Request) -> bool:
    return _body_of(request) is not UNREAD


# ---- Transports --------------------------------------------------------------


class _Ways:
    """Transports that send as the administrator of a profile wants it."""

    def __init__(self, make: Callable[..., Any], inner: Any) -> None:
        self._make = make
        self._given = inner
        self._made: dict[tuple[str | None, str | None], Any] = {}

    def _of(self, ca_file: str | None, proxy: str | None) -> Any:
        found = self._made.get((ca_file, proxy))
        if found is None:
            found = self._make(
                verify=ca_file or True,
                trust_env=False,
                proxy=httpx.Proxy(proxy) if proxy else None,
            )
            self._made[ca_file, proxy] = found
        return found

    def to(self, profile: Profile | None, url: str) -> Any:
        """What sends to a URL of the profile, or of none."""
        if self._given is not None or profile is None:
            return self._given or self._of(None, None)
        way = profile.transport(url)
        return self._of(way.ca_file, way.proxy)

    def all(self) -> list[Any]:
        return [t for t in (self._given, *self._made.values()) if t]


class Transport(httpx.BaseTransport):
    """``httpx.Client(transport=apam.httpx.Transport())``

    ``profile``: sign by that one, whatever the URL; without it, by the one that
    is for the URL, and a URL of none is sent as it is.  ``inner`` sends.
    """

    def __init__(
        self,
        profile: str | Profile | None = None,
        context: Context | None = None,
        inner: httpx.BaseTransport | None = None,
    ) -> None:
        self._context = context or default()
        self._chooser = Chooser(profile)
        self._ways = _Ways(httpx.HTTPTransport, inner)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = str(request.url)
        profile = self._chooser.of_any(self._context, url)
        inner: httpx.BaseTransport = self._ways.to(profile, url)
        if profile is None:
            return inner.handle_request(request)
        rounds = Rounds()
        signature = _sign(profile, request)
        try:
            while True:
                response = inner.handle_request(
                    _signed(signature, request)
                )
                if _to_read(signature, response):
                    response.read()
                judged = _judge(signature, response)
                if not rounds.wants(judged) or not _can_repeat(request):
                    return response
                fresh = _again(signature, request)
                if fresh is None:
                    return response
                response.close()
                signature = fresh
        finally:
            signature.release()

    def close(self) -> None:
        for transport in self._ways.all():
            transport.close()


class AsyncTransport(httpx.AsyncBaseTransport):
    """The same for httpx.AsyncClient in asyncio; ``driver``: see apam.aio."""

    def __init__(
        self,
        profile: str | None = None,
        driver: Driver | None = None,
        inner: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._driver = driver
        self._chooser = Chooser(profile)
        self._ways = _Ways(httpx.AsyncHTTPTransport, inner)

    async def handle_async_request(
        self, request: httpx.Request
    ) -> httpx.Response:
        mine = self._driver or driver()
        url = str(request.url)
        profile = self._chooser.of_any(mine.context, url)
        inner: httpx.AsyncBaseTransport = self._ways.to(profile, url)
        if profile is None:
            return await inner.handle_async_request(request)
        rounds = Rounds()
        signature = await _sign_async(mine, profile, request)
        try:
            while True:
                response = await inner.handle_async_request(
                    _signed(signature, request)
                )
                if _to_read(signature, response):
                    await response.aread()
                judged = _judge(signature, response)
                if not rounds.wants(judged) or not _can_repeat(request):
                    return response
                fresh = await _again_async(mine, signature, request)
                if fresh is None:
                    return response
                await response.aclose()
                signature = fresh
        finally:
            signature.release()

    async def aclose(self) -> None:
        for transport in self._ways.all():
            await transport.aclose()


# ---- Auth --------------------------------------------------------------------


class Auth(httpx.Auth):
    """``httpx.get(url, auth=apam.httpx.Auth("name"))``, sync and async."""

    requires_request_body = True
    #: What signs for requests, where a program has both clients.
    for_requests: Callable[[Any], Any] | None = None

    def __init__(
        self,
        profile: str | None = None,
        context: Context | None = None,
        driver: Driver | None = None,
    ) -> None:
        self._context = context
        self._driver = driver
        self._chooser = Chooser(profile)

    def __call__(self, request: Any) -> Any:
        if self.for_requests is None:
            raise TypeError("this one is for httpx: import requests first")
        return self.for_requests(request)

    def sync_auth_flow(
        self, request: httpx.Request
    ) -> Generator[httpx.Request, httpx.Response, None]:
        request.read()
        profile = self._chooser.of(
            self._context or default(), str(request.url)
        )
        rounds = Rounds()
        signature: Signature | None = _sign(profile, request)
        while signature is not None:
            sent = _Added(signature, request)
            try:
                response = yield request
                if _to_read(signature, response):
                    response.read()
                judged = _judge(signature, response)
                sent.take_out()
                if not rounds.wants(judged):
                    return
                signature = _again(signature, request)
            finally:
                sent.end()

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        await request.aread()
        mine = self._driver or driver()
        profile = self._chooser.of(mine.context, str(request.url))
        rounds = Rounds()
        signature: Signature | None = await _sign_async(
            mine, profile, request
        )
        while signature is not None:
            sent = _Added(signature, request)
            try:
                response = yield request
                if _to_read(signature, response):
                    await response.aread()
                judged = _judge(signature, response)
                sent.take_out()
                if not rounds.wants(judged):
                    return
                signature = await _again_async(mine, signature, request)
            finally:
                sent.end()


class _Added:
    """What a signature added to a request, until it is taken out again."""

    def __init__(self, signature: Signature, request: httpx.Request) -> None:
        signature.refuse_certificate("apam.httpx")
        added = signature.headers
        unsafe = [n for n, _ in added if n.lower() not in _SAFE]
        if unsafe or signature.url != str(request.url):
            signature.release()
            raise DeniedError(
                Status.POLICY,
                f"httpx would send {unsafe[0] if unsafe else 'the query'} to "
                "where a redirect leads; sign by "
                "httpx.Client(transport=apam.httpx.Transport())",
                signature.profile.name,
            )
        self._signature = signature
        self._request: httpx.Request | None = request
        self._before = [(n, request.headers.get(n)) for n, _ in added]
        for name, value in added:
            request.headers[name] = value

    def take_out(self) -> None:
        request, self._request = self._request, None
        if request is None:
            return
        for name, value in self._before:
            if value is None:
                del request.headers[name]
            else:
                request.headers[name] = value

    def end(self) -> None:
        """The answer is there, or there is none."""
        self.take_out()
        self._signature.release()
