# SPDX-License-Identifier: BSD-2-Clause
"""apam.httpx: the transports and the auth object, sync and async."""

import asyncio

import apam
import apam.aio
import apam.httpx
import httpx
from support import APIKEY, CA, CONTROL, SEED, SEVEN, TARGETS, XY
from support import SandboxTest, asked, control, log


def run(coroutine):
    """In an event loop of its own, whose driver is closed at the end."""

    async def whole():
        try:
            return await coroutine
        finally:
            apam.aio.driver().close()

    return asyncio.run(whole())


def by_transport(profile, method, url, **how):
    transport = apam.httpx.Transport(profile, apam.Context())
    with httpx.Client(transport=transport, follow_redirects=True) as client:
        return client.request(method, url, **how)


def by_auth(profile, method, url, **how):
    auth = apam.httpx.Auth(profile, apam.Context())
    with httpx.Client(verify=CA, follow_redirects=True) as client:
        return client.request(method, url, auth=auth, **how)


def by_async_transport(profile, method, url, **how):
    async def send():
        transport = apam.httpx.AsyncTransport(profile)
        async with httpx.AsyncClient(
            transport=transport, follow_redirects=True
        ) as client:
            return await client.request(method, url, **how)

    return run(send())


def by_async_auth(profile, method, url, **how):
    async def send():
        async with httpx.AsyncClient(
            verify=CA, follow_redirects=True
        ) as client:
            auth = apam.httpx.Auth(profile)
            return await client.request(method, url, auth=auth, **how)

    return run(send())


TRANSPORTS = (by_transport, by_async_transport)
AUTHS = (by_auth, by_async_auth)


class All(SandboxTest):
    def each(self, *senders):
        for send in senders:
            with self.subTest(send=send.__name__):
                control("/clear")
                control("/log/clear")
                yield send

    def test_each_provider_answers(self):
        for send in self.each(*TRANSPORTS, *AUTHS):
            for name, url in TARGETS:
                if name == "seed" and send in AUTHS:
                    continue  # it adds a parameter: see below
                for profile in (name, None):
                    self.assertEqual(
                        send(profile, "GET", url).status_code, 200
                    )

    def test_a_body_goes_out_whole(self):
        url = f"{SEED}/api/v3/properties/filter/?organization_id=1"
        for send in self.each(*TRANSPORTS, *AUTHS):
            answer = send("seed", "POST", url, json={"a": 1})
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(log("seed")[0]["body_bytes"], 8)

    def test_a_rejected_token_is_replaced_once(self):
        url = f"{SEVEN}/eyes"
        for send in self.each(*TRANSPORTS, *AUTHS):
            control("/fault", provider="7signal", path="/eyes", kind="401",
                    count=1)
            self.assertEqual(send("seven", "GET", url).status_code, 200)
            self.assertEqual(asked("7signal", "/eyes"), 2)
            control("/log/clear")
            control("/fault", provider="7signal", path="/eyes", kind="401")
            self.assertEqual(send("seven", "GET", url).status_code, 401)
            self.assertEqual(asked("7signal", "/eyes"), 2)

    def test_the_program_holds_no_credential(self):
        rows = (*TARGETS[:2], ("query", f"{APIKEY}/v1/me"),
                ("header", f"{APIKEY}/v1/me"))
        for send in self.each(*TRANSPORTS, *AUTHS):
            for name, url in rows:
                if name in ("query", "header") and send in AUTHS:
                    continue
                answer = send(name, "GET", url)
                self.assertEqual(answer.status_code, 200)
                self.assertNotIn("authorization", answer.request.headers)
                self.assertNotIn("x-api-key", answer.request.headers)
                self.assertNotIn("not-a-secret", str(answer.request.url))

    def test_an_auth_object_signs_only_what_httpx_keeps_to_itself(self):
        for send in self.each(*AUTHS):
            for name in ("header", "query"):
                with self.assertRaises(apam.DeniedError) as raised:
                    send(name, "GET", f"{APIKEY}/v1/me")
                self.assertIn("Transport()", str(raised.exception))
                self.assertEqual(asked("apikey", "/v1/me"), 0)

    def test_a_redirect_takes_no_credential_along(self):
        for send in self.each(*TRANSPORTS, *AUTHS):
            for name, provider, path in (
                ("header", "apikey", "/v1/me"),
                ("query", "apikey", "/v1/me"),
                ("seven", "7signal", "/eyes"),
            ):
                if provider == "apikey" and send in AUTHS:
                    continue
                control("/fault", provider=provider, path=path, count=1,
                        kind="redirect", arg=f"302 {XY}/led-here")
                origin = SEVEN if name == "seven" else APIKEY
                try:
                    send(name, "GET", origin + path)
                except apam.DeniedError:
                    pass  # a transport of one profile signs no other URL
                for row in log("xysense"):
                    self.assertFalse(row["has_authorization"])
                    self.assertNotIn("x-api-key", row["header_names"].lower())
                    self.assertNotIn("not-a-secret", row["query"])

    def test_a_redirect_within_the_api_is_signed(self):
        for send in self.each(*TRANSPORTS):
            control("/fault", provider="seed", path="/api/version", count=1,
                    kind="redirect",
                    arg=f"302 {SEED}/api/v3/users/current/")
            answer = send(None, "GET", f"{SEED}/api/version/")
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(asked("seed", "/api/v3/users/current/"), 1)

    def test_other_urls_go_as_they_are(self):
        for send in self.each(*TRANSPORTS):
            answer = send(None, "GET", f"{CONTROL}/counts")
            self.assertEqual(answer.status_code, 200)
        for send in self.each(*AUTHS):
            with self.assertRaises(apam.UsageError):
                send(None, "GET", f"{CONTROL}/counts")

    def test_a_stream_is_left_to_the_program(self):
        transport = apam.httpx.Transport("seed", apam.Context())
        with httpx.Client(transport=transport) as client:
            with client.stream("GET", f"{SEED}/api/version/") as answer:
                self.assertFalse(answer.is_stream_consumed)
                self.assertIn(b"{", b"".join(answer.iter_bytes()))

    def test_a_body_that_was_read_is_not_sent_again(self):
        control("/fault", provider="7signal", path="/eyes", kind="401",
                count=1)
        answer = by_transport(
            "seven", "POST", f"{SEVEN}/eyes", content=iter([b"once"])
        )
        self.assertEqual(answer.status_code, 401)
        self.assertEqual(asked("7signal", "/eyes"), 1)

    def test_one_auth_object_serves_both_clients(self):
        import requests

        url = f"{SEVEN}/eyes"
        for profile in ("seven", None):
            auth = apam.auth(profile)
            with httpx.Client(verify=CA) as client:
                self.assertEqual(client.get(url, auth=auth).status_code, 200)
            answer = requests.get(url, auth=auth, verify=CA)
            self.assertEqual(answer.status_code, 200)
        with self.assertRaises(TypeError):
            requests.get(url, auth=apam.httpx.Auth("seven"), verify=CA)
