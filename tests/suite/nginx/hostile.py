#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Requests that mean to have something signed that is not to be, or to see a key.

    hostile.py SOCKET DIR ORIGIN-PORT KEY-FILE

SOCKET is a gateway's, with the profile `own` of https://localhost:ORIGIN-PORT,
which puts the text of KEY-FILE into X-Api-Key; tests/suite/nginx/origin.py
is there, and has its log in DIR.  F in a row is the port of a stranger of the
same name, O that of the origin.

Whatever a row sends: nothing comes to the stranger; what comes to the origin is
for it, with that key and no other, and with nothing that a body or another
request has smuggled in; and no answer has a key, nor a header that carries one.
A row that says so is refused as well: nothing comes to the origin.  Prints a line
for each row that fails, and how many there were.
"""
import json
import os
import socket
import sys
import threading

SOCKET, DIR, ORIGIN, KEY_FILE = sys.argv[1:5]
LIMIT = 60                  # seconds; nothing takes that long but a fault
CLOSE = b"Connection: close\r\n\r\n"
END = b"Host: localhost\r\n" + CLOSE
EVIL = b"GET /own/smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
with open(KEY_FILE, "rb") as f:
    KEY = f.read().strip()


def get(target, end=END):
    return b"GET " + target + b" HTTP/1.1\r\n" + end


def post(head, body=b""):
    return b"POST /own/echo HTTP/1.1\r\n" + head + END + body


def host(name, target=b"/own/echo"):
    return get(target, b"Host: " + name + b"\r\n" + CLOSE)


def header(line):
    return get(b"/own/echo", line + b"\r\n" + END)


REFUSED, SAFE = True, False
ROWS = [
    # Absolute URLs.
    ("an absolute URL to a stranger", REFUSED,
     host(b"localhost:F", b"http://localhost:F/own/echo")),
    ("the same with another Host", REFUSED, get(b"http://localhost:F/own/echo")),
    ("an absolute URL, and a stranger's Host", REFUSED,
     host(b"localhost:F", b"http://localhost/own/echo")),
    ("an https URL to a stranger", REFUSED,
     host(b"localhost:F", b"https://localhost:F/echo")),
    ("user information in a URL", REFUSED,
     host(b"localhost:F", b"http://localhost:O@localhost:F/echo")),
    ("user information in front of us", REFUSED,
     get(b"http://user@localhost/own/echo")),
    ("a fragment in the authority", REFUSED,
     host(b"localhost:O", b"http://localhost:O#@localhost:F/echo")),
    ("a backslash in the authority", REFUSED,
     host(b"localhost:O", b"http://localhost:F\\@localhost:O/echo")),
    ("a URL without a host", REFUSED, get(b"http:///own/echo")),
    ("another scheme", REFUSED, get(b"ftp://localhost/own/echo")),
    ("a file", REFUSED, get(b"file:///etc/passwd")),
    ("two slashes", REFUSED, get(b"//localhost:F/own/echo")),
    ("a port that there is not", SAFE,
     host(b"localhost:99999", b"http://localhost:99999/own/echo")),
    # Host.
    ("a stranger's Host", REFUSED, host(b"localhost:F", b"/echo")),
    ("another name", REFUSED, host(b"evil.example")),
    ("a name that begins alike", REFUSED, host(b"localhost.evil.example")),
    ("a name that ends alike", REFUSED, host(b"evil.localhost")),
    ("a dot at the end", SAFE, host(b"localhost.")),
    ("user information in Host", REFUSED, host(b"localhost@evil.example")),
    ("a list of hosts", REFUSED, host(b"localhost, localhost:F")),
    ("a path in Host", REFUSED, host(b"localhost:O/../", b"/echo")),
    ("a query in Host", REFUSED, host(b"localhost:O?x=", b"/echo")),
    ("a fragment in Host", REFUSED, host(b"localhost:O#x", b"/echo")),
    ("a NUL in Host", REFUSED, host(b"localhost\0.evil.example")),
    ("an empty Host", REFUSED, host(b"")),
    ("no Host", REFUSED, get(b"/own/echo", CLOSE)),
    ("no Host, HTTP/1.0", REFUSED, b"GET /own/echo HTTP/1.0\r\n\r\n"),
    ("two Hosts", REFUSED, header(b"Host: localhost")),
    ("two Hosts, one of a stranger", REFUSED, header(b"Host: localhost:F")),
    ("a Host on two lines", REFUSED,
     get(b"/own/echo", b"Host:\r\n localhost:F\r\n" + CLOSE)),
    ("a space before the colon", REFUSED, header(b"Host : localhost:F")),
    ("a forwarded host", SAFE, header(b"X-Forwarded-Host: localhost:F")),
    ("another URL in a header", SAFE,
     header(b"X-Original-URL: http://localhost:F/\r\nX-Rewrite-URL: /x")),
    # Paths.
    ("an encoded slash after the name", REFUSED, get(b"/own%2Fecho")),
    ("an encoded name", REFUSED, get(b"/%6fwn/echo")),
    ("dots out of the profile", REFUSED, get(b"/own/../../own/echo")),
    ("encoded dots", REFUSED, get(b"/own/%2e%2e/echo")),
    ("encoded dots and slashes", SAFE, get(b"/own/..%2f..%2fecho")),
    ("a name that begins alike, by path", REFUSED, get(b"/owner/echo")),
    ("a place of the gateway's own", REFUSED, get(b"/.apam/0")),
    ("the same, encoded", REFUSED, get(b"/%2eapam/0")),
    ("a stranger in the path", SAFE, get(b"/own//localhost:F/echo")),
    ("a backslash in the path", SAFE, get(b"/own/\\localhost:F/echo")),
    ("a space in the path", REFUSED, get(b"/own/a b")),
    ("CR LF in the path", SAFE, get(b"/own/%0d%0aX-Y:%20z%0d%0a")),
    ("a NUL in the path", REFUSED, get(b"/own/%00")),
    ("a URL in the query", SAFE, get(b"/own/echo?url=http://localhost:F/")),
    # Two readings of where a request ends.
    ("both lengths", REFUSED,
     post(b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", b"0\r\n\r\n"
          + EVIL)),
    ("both, the other way round", REFUSED,
     post(b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", b"0\r\n\r\n"
          + EVIL)),
    ("two lengths", REFUSED,
     post(b"Content-Length: 4\r\nContent-Length: 5\r\n", b"abcd" + EVIL)),
    ("a length with a sign", REFUSED, post(b"Content-Length: +4\r\n", EVIL)),
    ("a list of lengths", REFUSED, post(b"Content-Length: 4, 4\r\n", EVIL)),
    ("a length in hexadecimal", REFUSED, post(b"Content-Length: 0x4\r\n", EVIL)),
    ("a length that is too large", REFUSED,
     post(b"Content-Length: 99999999999999999999\r\n", EVIL)),
    ("another encoding", REFUSED,
     post(b"Transfer-Encoding: xchunked\r\n", EVIL)),
    ("an encoding behind chunks", REFUSED,
     post(b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n" + EVIL)),
    ("two encodings", REFUSED,
     post(b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
          b"0\r\n\r\n" + EVIL)),
    ("chunks with a control character", REFUSED,
     post(b"Transfer-Encoding: \x0bchunked\r\n", EVIL)),
    ("an encoding on two lines", SAFE,
     post(b"Transfer-Encoding:\r\n chunked\r\n", EVIL)),
    ("chunks of HTTP/1.0", SAFE,
     b"POST /own/echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" + END +
     b"0\r\n\r\n" + EVIL),
    ("a chunk with a sign", SAFE,
     post(b"Transfer-Encoding: chunked\r\n", b"-1\r\n" + EVIL)),
    ("a chunk that is too large", SAFE,
     post(b"Transfer-Encoding: chunked\r\n", b"fffffffffffffffff\r\n" + EVIL)),
    ("a request in a body", SAFE,
     post(b"Content-Length: %d\r\n" % len(EVIL), EVIL)),
    ("a request in a chunk", SAFE,
     post(b"Transfer-Encoding: chunked\r\n",
          b"%x\r\n%s\r\n0\r\n\r\n" % (len(EVIL), EVIL))),
    ("a request in a trailer", SAFE,
     post(b"Transfer-Encoding: chunked\r\n",
          b"0\r\nX: y\r\n" + EVIL.replace(b"\r\n\r\n", b"\r\nZ: 1\r\n\r\n"))),
    ("a body of GET", SAFE,
     get(b"/own/echo", b"Content-Length: %d\r\n" % len(EVIL) + END) + EVIL),
    ("a bare CR", REFUSED, header(b"X-A: b\rX-B: c")),
    ("a NUL in a value", REFUSED, header(b"X-A: b\0c")),
    # Headers of the connection.
    ("our header, as the connection's", SAFE, header(b"Connection: X-Api-Key")),
    ("Authorization, as the connection's", SAFE,
     header(b"Connection: Authorization\r\nAuthorization: Basic YTpi")),
    ("Host, as the connection's", SAFE, header(b"Connection: Host, close")),
    ("the length, as the connection's", SAFE,
     get(b"/own/echo", b"Connection: Content-Length\r\nContent-Length: %d\r\n"
         % len(EVIL) + END) + EVIL),
    ("the credential of a proxy", SAFE,
     header(b"Proxy-Authorization: Basic YTpi")),
    ("our header, each way it is spelt", SAFE,
     header(b"X-Api-Key: mine\r\nx-api-key: mine\r\nX_Api_Key: mine")),
    # Upgrades.
    ("an upgrade to HTTP/2", SAFE,
     header(b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"
            b"Connection: Upgrade, HTTP2-Settings")),
    ("an upgrade to TLS", SAFE,
     header(b"Upgrade: TLS/1.2\r\nConnection: Upgrade")),
    ("a WebSocket that is none, and a request behind it", SAFE,
     get(b"/own/echo", b"Host: localhost\r\nConnection: Upgrade\r\n"
         b"Upgrade: websocket\r\n\r\n") + host(b"localhost:F", b"/smuggled")),
    ("two upgrades", SAFE,
     header(b"Upgrade: websocket, h2c\r\nConnection: Upgrade")),
    # One behind the other.
    ("a stranger's request behind one of ours", SAFE,
     get(b"/own/echo", b"Host: localhost\r\n\r\n") +
     host(b"localhost:F", b"/smuggled")),
    ("the rest of a body that is too long", SAFE,
     get(b"/own/echo", b"Host: localhost\r\nContent-Length: 4\r\n\r\n") +
     b"abcd" + host(b"localhost:F", b"/smuggled")),
    ("twenty at once", SAFE,
     get(b"/own/echo", b"Host: localhost\r\n\r\n") * 20 + get(b"/own/echo")),
    # Too much.
    ("a value that is too large", REFUSED, header(b"X: " + b"a" * 40000)),
    ("a name that is too large", REFUSED, header(b"X" * 40000 + b": a")),
    ("a URL that is too long", REFUSED, get(b"/own/" + b"a" * 40000)),
    ("very many headers", REFUSED, header(b"\r\n".join(
        b"X-%d: %s" % (i, b"a" * 20) for i in range(5000)))),
    ("a method that is too long", REFUSED, b"A" * 40000 + get(b"/own/echo")),
    # Other requests.
    ("CONNECT", REFUSED, b"CONNECT localhost:F HTTP/1.1\r\n" + END),
    ("TRACE", REFUSED, b"TRACE /own/echo HTTP/1.1\r\n" + END),
    ("a star", REFUSED, b"OPTIONS * HTTP/1.1\r\n" + END),
    ("no path", REFUSED, get(b"own/echo")),
    ("HTTP/0.9", REFUSED, b"GET /own/echo\r\n"),
    ("HTTP/3", REFUSED, b"GET /own/echo HTTP/3.0\r\n" + END),
    ("the beginning of HTTP/2", REFUSED, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("a method in lower case", REFUSED, b"get /own/echo HTTP/1.1\r\n" + END),
    ("the PROXY protocol", REFUSED,
     b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + get(b"/own/echo")),
    # Web pages.
    ("a page's script", REFUSED, header(b"Origin: https://evil.example")),
    ("a sandboxed page", REFUSED, header(b"Origin: null")),
    ("a page's image", REFUSED, header(b"Sec-Fetch-Site: cross-site")),
    ("a page of the same site", REFUSED, header(b"Sec-Fetch-Site: same-site")),
    # Answers.
    ("an answer that steers nginx", SAFE, get(b"/own/steer")),
    ("a redirect to a stranger", SAFE, get(b"/own/redirect")),
    ("a refusal", SAFE, get(b"/own/denied")),
]


class Stranger:
    """Counts who comes."""

    def __init__(self):
        self.came = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = b"%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            self.listener.accept()[0].close()
            self.came += 1


def send(text):
    """All that comes back until the gateway closes."""
    came = b""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
        s.settimeout(LIMIT)
        s.connect(SOCKET)
        try:
            s.sendall(text)
            while True:
                piece = s.recv(65536)
                if not piece:
                    break
                came += piece
        except (BrokenPipeError, ConnectionResetError):
            pass
    return came


def wrong_at_origin(line):
    """What is wrong with a request that arrived; None: nothing."""
    names = [k.lower().replace("_", "-") for k, _ in line["headers"]]
    keys = [v for k, v in line["headers"]
            if k.lower().replace("_", "-") == "x-api-key"]
    hosts = [v for k, v in line["headers"] if k.lower() == "host"]
    if hosts != ["localhost:" + ORIGIN]:
        return "for the host %s" % hosts
    if keys != [KEY.decode()]:
        return "with other keys"
    if "smuggled" in line["target"]:
        return "smuggled"
    for name in ("x-y", "upgrade", "http2-settings", "proxy-authorization"):
        if name in names and "websocket" not in dict(
                (k.lower(), v) for k, v in line["headers"]).get(name, ""):
            return "with " + name
    return None


def wrong_with_answer(came):
    heads = b"\n".join(p.split(b"\r\n\r\n")[0] for p in came.split(b"HTTP/1.1 "))
    if KEY in came:
        return "the answer shows the key"
    for line in heads.lower().split(b"\n"):
        if line.startswith((b"x-api-key:", b"authorization:")):
            return "the answer has a header that carries keys"
    return None


def arrived(log):
    return [json.loads(line) for line in log.read().splitlines()]


def main():
    stranger, failed = Stranger(), 0
    with open(os.path.join(DIR, "origin.log")) as log:
        log.seek(0, os.SEEK_END)
        for name, refused, text in ROWS:
            answer = send(text.replace(b":F", b":" + stranger.port).replace(
                b":O", b":" + ORIGIN.encode()))
            lines = arrived(log)
            wrong = [w for w in map(wrong_at_origin, lines) if w]
            if refused and lines:
                wrong.append("it arrived")
            if refused and b" 200 OK" in answer:
                wrong.append("it was answered 200")
            wrong += filter(None, [wrong_with_answer(answer)])
            if stranger.came:
                wrong.append("the stranger was called")
            if wrong:
                failed += 1
                print("%s: %s; %r" % (name, "; ".join(wrong), answer[:200]))
    print("%d rows, %d failed" % (len(ROWS), failed))


main()
