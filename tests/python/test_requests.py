# SPDX-License-Identifier: BSD-2-Clause
"""apam.requests: what goes out, what comes back, and what stays in."""

import io

import apam
import apam.requests
import requests
from support import APIKEY, CA, CONTROL, SEED, SEVEN, TARGETS, XY
from support import SandboxTest, asked, control, log


def plain(**how):
    """A session of requests itself that has the sandbox's CA."""
    session = requests.Session()
    session.verify = CA
    for name, value in how.items():
        setattr(session, name, value)
    return session


class Both(SandboxTest):
    """What holds of Session and Auth alike."""

    def senders(self, profile=None):
        """Each with a context of its own, which knows of no rejection."""
        session = plain()
        yield "session", apam.Session(profile, apam.Context()).request
        auth = apam.requests.Auth(profile, apam.Context())
        yield "auth", lambda *a, **k: session.request(*a, auth=auth, **k)

    def test_each_provider_answers(self):
        for name, url in TARGETS:
            for profile in (name, None):
                for kind, send in self.senders(profile):
                    with self.subTest(kind=kind, name=name):
                        self.assertEqual(send("GET", url).status_code, 200)

    def test_a_body_goes_out_whole(self):
        url = f"{SEED}/api/v3/properties/filter/"
        for kind, send in self.senders("seed"):
            with self.subTest(kind=kind):
                control("/log/clear")
                self.assertEqual(send("POST", url, json={"a": 1}).status_code,
                                 200)
                self.assertEqual(log("seed")[0]["body_bytes"], 8)

    def test_a_rejected_token_is_replaced_once(self):
        url = f"{SEVEN}/eyes"
        for kind, send in self.senders("seven"):
            with self.subTest(kind=kind):
                control("/log/clear")
                control("/fault", provider="7signal", path="/eyes",
                        kind="401", count=1)
                self.assertEqual(send("GET", url).status_code, 200)
                self.assertEqual(asked("7signal", "/eyes"), 2)
                control("/log/clear")
                control("/fault", provider="7signal", path="/eyes", kind="401")
                self.assertEqual(send("GET", url).status_code, 401)
                self.assertEqual(asked("7signal", "/eyes"), 2)
                control("/clear")

    def test_a_body_that_was_read_is_not_sent_again(self):
        url = f"{SEVEN}/eyes"
        for kind, send in self.senders("seven"):
            with self.subTest(kind=kind):
                control("/log/clear")
                control("/fault", provider="7signal", path="/eyes",
                        kind="401", count=1)
                data = iter([b"once"])
                self.assertEqual(send("POST", url, data=data).status_code, 401)
                self.assertEqual(asked("7signal", "/eyes"), 1)

    def test_the_program_holds_no_credential(self):
        for name, url in (*TARGETS, ("query", f"{APIKEY}/v1/me"),
                          ("header", f"{APIKEY}/v1/me")):
            for kind, send in self.senders(name):
                with self.subTest(kind=kind, name=name):
                    response = send("GET", url)
                    self.assertEqual(response.status_code, 200)
                    sent = response.request
                    self.assertNotIn("Authorization", sent.headers)
                    self.assertNotIn("X-Api-Key", sent.headers)
                    self.assertNotIn("not-a-secret", sent.url)

    def test_a_redirect_takes_no_credential_along(self):
        """To another host, another port here."""
        for name, url in (("header", f"{APIKEY}/v1/me"),
                          ("query", f"{APIKEY}/v1/me"),
                          ("seven", f"{SEVEN}/eyes")):
            provider = "7signal" if name == "seven" else "apikey"
            path = "/eyes" if name == "seven" else "/v1/me"
            for kind, send in self.senders(name):
                with self.subTest(kind=kind, name=name):
                    control("/log/clear")
                    control("/fault", provider=provider, path=path,
                            kind="redirect", count=1,
                            arg=f"302 {XY}/led-here")
                    try:
                        send("GET", url)
                    except apam.DeniedError:
                        pass  # a Session of one profile signs no other URL
                    for row in log("xysense"):
                        self.assertFalse(row["has_authorization"])
                        self.assertNotIn("X-Api-Key", row["header_names"])
                        self.assertNotIn("not-a-secret", row["query"])
                    control("/clear")

    def test_a_failure_shows_no_credential(self):
        control("/fault", provider="apikey", path="/v1/me", kind="reset")
        for kind, send in self.senders("query"):
            with self.subTest(kind=kind):
                with self.assertRaises(requests.RequestException) as raised:
                    send("GET", f"{APIKEY}/v1/me")
                if kind == "session":
                    self.assertNotIn("not-a-secret", str(raised.exception))
                    self.assertNotIn(
                        "not-a-secret", raised.exception.request.url
                    )

    def test_a_stream_is_left_to_the_program(self):
        for kind, send in self.senders("seed"):
            with self.subTest(kind=kind):
                response = send("GET", f"{SEED}/api/version/", stream=True)
                self.assertFalse(response._content_consumed)
                self.assertTrue(response.json())

    def test_nothing_is_sent_where_nothing_is_signed(self):
        control("/archive", provider="xysense", key="sandbox-read")
        apam.profile("xy").revoke()
        control("/log/clear")
        for kind, send in self.senders("xy"):
            with self.subTest(kind=kind), self.assertRaises(apam.Error):
                send("GET", f"{XY}/api/v1/occupancy")
        self.assertEqual(asked("xysense", "/api/v1/occupancy"), 0)
        control("/restore", provider="xysense", key="sandbox-read")
        apam.check("xy")


class Sessions(SandboxTest):
    def test_a_redirect_within_the_api_is_signed(self):
        control("/fault", provider="seed", path="/api/version", kind="redirect",
                count=1, arg=f"302 {SEED}/api/v3/users/current/")
        response = apam.Session().get(f"{SEED}/api/version/")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(asked("seed", "/api/v3/users/current/"), 1)

    def test_other_urls_go_as_they_are(self):
        response = apam.Session().get(f"{CONTROL}/counts")
        self.assertEqual(response.status_code, 200)
        with self.assertRaises(apam.Error):
            apam.Session("seed").get(f"{XY}/api/v1/occupancy")

    def test_a_profile_in_error_is_not_left_out(self):
        """Its URLs would go as they are."""
        url = "https://broken.example/x"
        session = plain()
        session.auth = apam.requests.Auth()
        for one in (apam.Session(), session):
            with self.assertRaises(apam.ConfigError) as raised:
                one.get(url)
            self.assertEqual(raised.exception.line, 2)
            self.assertIn("broken.conf:2", str(raised.exception))

    def test_the_administrator_says_whom_to_believe(self):
        """Neither the program nor its environment does."""
        session = apam.Session("seed")
        session.verify = "/nonexistent/ca.pem"
        session.proxies = {"https": "http://127.0.0.1:1"}
        self.assertEqual(
            session.get(f"{SEED}/api/version/").status_code, 200
        )
        session.verify = False
        with self.assertRaises(apam.DeniedError) as raised:
            session.get(f"{SEED}/api/version/")
        self.assertIn("verify=False", str(raised.exception))

    def test_an_adapter_can_be_mounted(self):
        session = plain()
        session.mount(f"{SEED}/api/", apam.requests.Adapter("seed"))
        self.assertEqual(
            session.get(f"{SEED}/api/version/").status_code, 200
        )
        self.assertEqual(session.get(f"{SEED}/api2/").status_code, 404)

    def test_a_file_is_streamed(self):
        url = f"{SEED}/api/v3/properties/filter/"
        response = apam.Session("seed").post(
            url, data=io.BytesIO(b'{"b": 22}'),
            headers={"Content-Type": "application/json"},
        )
        self.assertEqual(response.status_code, 200)
        self.assertEqual(log("seed")[0]["body_bytes"], 9)
