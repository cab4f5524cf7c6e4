# SPDX-License-Identifier: BSD-2-Clause
"""APIs over TLS, one for each scheme, that look at the credential of each
request themselves.

Each has a port of its own.  Whatever the path, a request without exactly the
credential that this API has given out gets 401.  Behind that:

    /echo           what came, as JSON: the method, and how many bytes of body
    /repo.git/...   a repository of git's, by git http-backend
    /demo           a package of npm's: GET reads its document, PUT writes it
"""
import base64
import http.server
import json
import os
import secrets
import ssl
import subprocess
import threading
import urllib.parse


class Refused(Exception):
    pass


class Api:
    """What one API checks, and what it gives out."""

    def __init__(self, name, entry, check, tokens=()):
        self.name = name
        self.entry = entry          # of the profile, <api> its URL
        self.check = check          # of (api, handler): raises Refused
        self.tokens = dict(tokens)  # path of an exchange: what answers it
        self.secret = "FAKE-" + secrets.token_hex(12)
        self.given = set()          # tokens that count
        self.log = []               # of requests: (status, headers, target)

    def new_token(self):
        token = secrets.token_urlsafe(18)
        self.given.add(token)
        return token


# ---- What each scheme sends --------------------------------------------------

def only(handler, name):
    """The one value of a header; the other places for a key are empty."""
    values = handler.headers.get_all(name) or []
    if len(values) != 1:
        raise Refused("%d values of %s" % (len(values), name))
    return values[0]


def bearer(api, handler):
    word, _, token = only(handler, "Authorization").partition(" ")
    if word != "Bearer" or token not in api.given:
        raise Refused("not a token of this API")


def basic(api, handler):
    pair = base64.b64encode(("me@example.com:" + api.secret).encode()).decode()
    if only(handler, "Authorization") != "Basic " + pair:
        raise Refused("not the user and the key")


def header(api, handler):
    if only(handler, "X-Api-Key") != api.secret:
        raise Refused("not the key")


def query(api, handler):
    fields = urllib.parse.parse_qs(urllib.parse.urlsplit(handler.path).query)
    if fields.get("api_key") != [api.secret]:
        raise Refused("not the key, or not alone")


def cookie(api, handler):
    pairs = [p.strip() for p in only(handler, "Cookie").split(";")]
    sids = [p[4:] for p in pairs if p.startswith("sid=")]
    if len(sids) != 1 or sids[0] not in api.given:
        raise Refused("not a session of this API")


def client_grant(api, handler, body):
    form = urllib.parse.parse_qs(body.decode())
    if form.get("grant_type") != ["client_credentials"] or \
       form.get("client_id") != ["me"] or \
       form.get("client_secret") != [api.secret]:
        raise Refused("not the client")
    return {"access_token": api.new_token(), "token_type": "Bearer",
            "expires_in": 3600}, {}


def refresh_grant(api, handler, body):
    form = urllib.parse.parse_qs(body.decode())
    if form.get("grant_type") != ["refresh_token"] or \
       form.get("refresh_token") != [api.secret]:
        raise Refused("not the refresh token")
    return {"access_token": api.new_token(), "token_type": "Bearer",
            "expires_in": 3600}, {}


def key_exchange(api, handler, body):
    pair = json.loads(body)
    if pair != {"ApiKey": "me", "ApiSecret": api.secret}:
        raise Refused("not the pair")
    return {"idToken": api.new_token(), "expiresIn": 3600}, {}


def login(api, handler, body):
    pair = json.loads(body)
    if pair != {"username": "me", "password": api.secret}:
        raise Refused("not the user")
    return {}, {"Set-Cookie": "sid=%s; Path=/; Secure" % api.new_token()}


def apis():
    """One for each way that the schemes of modules/ send a credential."""
    return [
        Api("api-key", 'scheme = "api-key"; key = <secret>;'
            ' header = "X-Api-Key";', header),
        Api("api-key (query)",
            'scheme = "api-key"; key = <secret>; query = "api_key";', query),
        Api("basic-email-key", 'scheme = "basic-email-key";'
            ' email = "me@example.com"; key = <secret>;', basic),
        Api("key-secret-archiveable", 'scheme = "key-secret-archiveable";'
            ' key = "me"; secret = <secret>; access = "write";'
            ' exchange = { url = "<api>/auth"; };', bearer, {"/auth": key_exchange}),
        Api("login-token", 'scheme = "login-token"; user = "me";'
            ' secret = <secret>; login = { url = "<api>/login"; user_field = "username";'
            ' secret_field = "password"; };'
            ' token = ( { from_cookie = "sid"; cookie = "sid"; } );'
            ' ttl = "1h";', cookie, {"/login": login}),
        Api("oauth2-client-credentials",
            'scheme = "oauth2-client-credentials"; client_id = "me";'
            ' client_secret = <secret>; token_url = "<api>/token";', bearer,
            {"/token": client_grant}),
        Api("oauth2-refresh-token", 'scheme = "oauth2-refresh-token";'
            ' client_id = "me"; refresh_token = <secret>;'
            ' token_url = "<api>/token";', bearer, {"/token": refresh_grant}),
    ]


# ---- HTTP --------------------------------------------------------------------

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        whole = b""
        while True:
            n = int(self.rfile.readline().split(b";")[0], 16)
            whole += self.rfile.read(n)
            self.rfile.readline()
            if n == 0:
                return whole

    def give(self, status, body, headers=()):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers = {"Content-Type": "application/json", **dict(headers)}
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def handle_one(self):
        api, body = self.server.api, self.body()
        path = urllib.parse.urlsplit(self.path).path
        try:
            if self.command == "POST" and path in api.tokens:
                answer, headers = api.tokens[path](api, self, body)
                return self.give(200, answer, headers)
            api.check(api, self)
        except (Refused, ValueError) as why:
            self.note(401)
            return self.give(401, {"error": str(why)})
        self.note(200)
        if path.startswith("/repo.git/"):
            return self.git(path, body)
        if path == "/demo":
            return self.npm(body)
        return self.give(200, {"method": self.command, "n": len(body)})

    def note(self, status):
        self.server.api.log.append((status, self.headers.items(), self.path))

    def git(self, path, body):
        variables = {
            "PATH": os.environ["PATH"], "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROJECT_ROOT": self.server.directory, "PATH_INFO": path,
            "REQUEST_METHOD": self.command, "REMOTE_USER": "me",
            "QUERY_STRING": urllib.parse.urlsplit(self.path).query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", "")}
        said = subprocess.run(["git", "http-backend"], input=body,
                              env=variables, stdout=subprocess.PIPE,
                              check=True).stdout
        head, _, rest = said.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        headers = {line[0]: line[1] for line in lines}
        self.give(int(headers.pop("Status", "200").split()[0]), rest, headers)

    def npm(self, body):
        if self.command == "PUT":
            name = json.loads(body)["name"]
            return self.give(201, {"ok": name == "demo"})
        return self.give(200, {
            "name": "demo", "dist-tags": {"latest": "1.2.3"},
            "versions": {"1.2.3": {
                "name": "demo", "version": "1.2.3",
                "dist": {"tarball": "https://nowhere.example/demo.tgz",
                         "shasum": "0" * 40}}}})

    do_GET = do_HEAD = do_POST = do_PUT = handle_one


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass


def serve(api, address, directory, certificate, key, port=0):
    """Start one; api.port is its port from now on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = Server((address, port), Handler)
    server.api, server.directory = api, directory
    server.socket = context.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
    api.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
