# SPDX-License-Identifier: BSD-2-Clause
"""All providers of etc/examples, on this machine.

    provider.py CERTIFICATE KEY CLIENTS

is a proxy at a free port of 127.0.0.1.  It asks no other machine anything:
whatever host a client wants to be connected to, it plays that host itself, with
CERTIFICATE, and asks for one of CLIENTS.  So a profile can be tried as it is, with its provider's own names.

It prints "ready PORT", obeys the commands of its standard input, each of which
it answers with a line, and ends when that input does:

    play FILE [CERTIFICATE]
                be the provider that FILE describes, and forget what was seen;
                the signatures of JWTs are made with the key of CERTIFICATE
    seen        "ok", or what came and is not as FILE says, or did not come
    flips       whether each thing that FILE asks for was looked at: all of them
                are changed, one at a time, and what came must differ then
    flip        from now on the API asks for another header, or for another
                query parameter, than FILE says; "ok" and the status that
                it then answers

README.md beside it describes FILE.
"""

import copy
import http.server
import json
import re
import ssl
import sys
import threading
import urllib.parse

import jwt

# What HTTP itself needs, and what says nothing of who is asking.
PLAIN = {"host", "accept", "user-agent", "content-length", "accept-encoding"}
FORM = "application/x-www-form-urlencoded"
lock = threading.Lock()


class Answer:
    """What is sent back: a status, headers, a body."""

    def __init__(self):
        self.status = 0
        self.headers = []
        self.body = ""

    def take(self, line):
        header = re.fullmatch(r"([A-Za-z0-9-]+): (.*)", line)
        if not self.status:
            self.status = int(line)
        elif header and not self.body:
            self.headers.append(header.groups())
        else:
            self.body += line + "\n"

    def kind(self):
        kinds = [v for name, v in self.headers if name.lower() == "content-type"]
        return kinds[0] if kinds else "application/json"


class Exchange:
    """A request, as the provider documents it, and its two answers."""

    def __init__(self, method, url):
        self.needed = True
        self.method = method
        self.url = url
        parts = urllib.parse.urlsplit(url)
        self.host = parts.hostname + ":" + str(parts.port or 443)
        self.path = parts.path or "/"
        self.query = urllib.parse.parse_qsl(parts.query, True)
        self.headers = []
        self.body = []
        self.good = Answer()
        self.bad = Answer()

    def take(self, line):
        header = re.fullmatch(r"([A-Za-z0-9-]+): (.*)", line)
        if header and not self.body:
            self.headers.append(header.groups())
        else:
            self.body.append(line)

    def is_for(self, request):
        return (self.method, self.host, self.path) == (
            request.method, request.host, request.path)

    def kind(self):
        return dict((n.lower(), v) for n, v in self.headers).get("content-type")

    def wanted_body(self):
        return json.loads("".join(self.body)) if self.body else None

    def form_differs(self, found):
        wanted = sorted(tuple(line.split("=", 1)) for line in self.body)
        if [name for name, _ in wanted] != [name for name, _ in found]:
            return "the form is " + str(found)
        for (name, value), (_, other) in zip(wanted, found):
            if value.startswith("jwt ") and not jwt.differs(value, other):
                continue
            if value not in (other, "*"):
                return f"the field {name} is {other}"
        return None

    def differs(self, request):
        """What of the request is not as it should be; None if all is."""
        if sorted(self.query) != sorted(request.query):
            return "the query is " + str(request.query)
        wanted = sorted((n.lower(), v) for n, v in self.headers)
        if wanted != sorted(request.headers):
            return "the headers are " + str(sorted(request.headers))
        return self.body_differs(request)

    def body_differs(self, request):
        try:
            found = request.read_body(self.kind())
        except ValueError:
            return "the body is not what its type says"
        if self.kind() == FORM:
            return self.form_differs(found)
        if found != self.wanted_body():
            return "the body is " + str(found)
        return None


class Request:
    """What came."""

    def __init__(self, handler, host, body):
        parts = urllib.parse.urlsplit(handler.path)
        self.method = handler.command
        self.host = host
        self.path = parts.path
        self.query = urllib.parse.parse_qsl(parts.query, True)
        self.headers = [(n.lower(), v) for n, v in handler.headers.items()
                        if n.lower() not in PLAIN]
        peer = handler.connection.getpeercert() or {}
        for ((_, name),) in peer.get("subject", ()):
            self.headers.append(("client-certificate", name))
        self.body = body

    def read_body(self, kind):
        if kind == FORM:
            return sorted(urllib.parse.parse_qsl(self.body, True, True))
        return json.loads(self.body) if self.body else None


class Provider:
    """A description, and what was seen since it is played."""

    def __init__(self, text):
        self.exchanges = []
        self.came = []
        for line in text.splitlines():
            mark, _, rest = line.partition(" ")
            if mark in (">", "?") and self.begins(rest):
                self.exchanges.append(Exchange(*rest.split(" ")))
                self.exchanges[-1].needed = mark == ">"
            elif mark == ">":
                self.exchanges[-1].take(rest)
            elif mark == "<":
                self.exchanges[-1].good.take(rest)
            elif mark == "!":
                self.exchanges[-1].bad.take(rest)

    @staticmethod
    def begins(rest):
        return re.fullmatch(r"[A-Z]+ https://\S+", rest)

    def answer(self, request):
        """The answer; the request is remembered with what is wrong with it."""
        fits = [e for e in self.exchanges if e.is_for(request)]
        wrong = [e.differs(request) for e in fits]
        if None in wrong:
            self.came.append((request, fits[wrong.index(None)], None))
            return fits[wrong.index(None)].good
        if fits:
            # Several may be at one place: that whose body came, if any.
            near = [i for i, e in enumerate(fits) if not e.body_differs(request)]
            i = near[0] if near else 0
            self.came.append((request, fits[i], wrong[i]))
            return fits[i].bad
        self.came.append((request, None, "nothing is there"))
        nothing = Answer()
        nothing.status = 404
        return nothing

    def seen(self):
        for request, _, wrong in self.came:
            if wrong:
                return f"{request.method} {request.host}{request.path}: {wrong}"
        met = [e for _, e, _ in self.came]
        missing = [e.url for e in self.exchanges if e.needed and e not in met]
        return "never came: " + missing[0] if missing else "ok"

    def flips(self):
        count = 0
        for request, exchange, _ in self.came:
            for what, other in flipped(exchange):
                count += 1
                if other.is_for(request) and not other.differs(request):
                    return "not noticed: " + what
        return f"ok {count}"

    def flip(self):
        exchange = self.exchanges[-1]
        pairs = exchange.headers or exchange.query
        pairs[0] = (pairs[0][0] + "-Other", pairs[0][1])
        return f"ok {exchange.bad.status}"


def flipped(exchange):
    """The exchange with one thing changed: each of them, with its name."""
    for field in ("method", "host", "path"):
        other = copy.deepcopy(exchange)
        setattr(other, field, getattr(other, field) + "x")
        yield field, other
    for field in ("headers", "query"):
        for i, (name, value) in enumerate(getattr(exchange, field)):
            for pair in ((name + "x", value), (name, value + "x")):
                other = copy.deepcopy(exchange)
                getattr(other, field)[i] = pair
                yield field + " " + name, other
    yield from flipped_body(exchange)


def flipped_body(exchange):
    if exchange.kind() == FORM:
        for i, line in enumerate(exchange.body):
            for changed in (line + "x", "x" + line):
                other = copy.deepcopy(exchange)
                other.body[i] = changed
                yield "field " + line.split("=")[0], other
    whole = "\n".join(exchange.body)
    for found in re.finditer(r'"[^"]+"', whole):
        changed = whole[:found.end() - 1] + "x" + whole[found.end() - 1:]
        other = copy.deepcopy(exchange)
        other.body = changed.split("\n")
        yield "body " + found.group(), other


playing = Provider("")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tls = None
    host = ""

    def log_message(self, *args):
        pass

    def do_CONNECT(self):
        self.host = self.path
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        self.connection = self.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)

    def serve(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        with lock:
            answer = playing.answer(Request(self, self.host, body))
        data = answer.body.encode()
        self.send_response_only(answer.status)
        self.send_header("Content-Type", answer.kind())
        self.send_header("Content-Length", str(len(data)))
        for name, value in answer.headers:
            if name.lower() != "content-type":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = serve


class Proxy(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # A client that leaves is its own affair.


def obey(line):
    global playing
    command, _, name = line.strip().partition(" ")
    if command == "play":
        name, _, jwt.certificate = name.partition(" ")
        with open(name, encoding="utf-8") as file:
            playing = Provider(file.read())
        return "ok"
    return {"seen": playing.seen, "flips": playing.flips,
            "flip": playing.flip}[command]()


def main():
    Handler.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    Handler.tls.load_cert_chain(sys.argv[1], sys.argv[2])
    Handler.tls.load_verify_locations(sys.argv[3])
    Handler.tls.verify_mode = ssl.CERT_OPTIONAL
    proxy = Proxy(("127.0.0.1", 0), Handler)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    print("ready", proxy.server_address[1], flush=True)
    for line in sys.stdin:
        with lock:
            print(obey(line), flush=True)


main()
