#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a gateway must not keep back: a server over TLS, and its clients.

    streams.py serve DIR CERTIFICATE KEY

It writes DIR/streams.port, and a line of JSON into DIR/streams.log for each
request: target, and headers as they came.  It ends when its standard input does.

    /ws         a WebSocket (RFC 6455) that sends back what it gets
    /events     server-sent events: one, and another one after a request for /next
    /upload     how many bytes of body came, in chunks or not
    /arrived    200 once the first bytes of an /upload came
    /trailers   chunks with a trailer

    streams.py CLIENT WHERE   ws, events, upload, continue, trailers or early; WHERE
                              is a Unix socket with the path's prefix behind ':',
                              or an https URL, which is called by the proxy and
                              the CA file of the environment

A client prints what it saw.  It waits for what has to come before it goes on, so
that a gateway that keeps something back is waited for until the end of LIMIT.
"""
import base64
import hashlib
import json
import os
import socket
import ssl
import struct
import sys
import threading
import urllib.parse

LIMIT = 60                  # seconds; nothing takes that long but a fault
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
FRAMES, FRAME = 100, 20000


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key + GUID).digest())


def read_head(f):
    """The first line, and the headers by name in lower case."""
    first, headers = f.readline(), []
    while True:
        line = f.readline()
        if line in (b"\r\n", b""):
            return first, headers
        name, value = line.split(b":", 1)
        headers.append((name.decode().lower(), value.strip().decode()))


def read_frame(f):
    """Opcode and bytes of a frame, RFC 6455, 5.2."""
    first, second = f.read(2)
    n = second & 0x7f
    if n == 126:
        n, = struct.unpack(">H", f.read(2))
    elif n == 127:
        n, = struct.unpack(">Q", f.read(8))
    mask = f.read(4) if second & 0x80 else b""
    data = f.read(n)
    if mask:
        whole = int.from_bytes(data, "big") ^ int.from_bytes(
            (mask * (n // 4 + 1))[:n], "big")
        data = whole.to_bytes(n, "big")
    return first & 0x0f, data


def frame(opcode, data, mask=b""):
    n = len(data)
    bit = 0x80 if mask else 0
    head = bytes([0x80 | opcode])
    if n < 126:
        head += bytes([bit | n])
    else:
        head += bytes([bit | 126]) + struct.pack(">H", n)
    if mask:
        data = bytes(b ^ mask[i % 4] for i, b in enumerate(data))
    return head + mask + data


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


# ---- The server -------------------------------------------------------------

class Server:
    def __init__(self, where, certificate, key):
        self.log = open(os.path.join(where, "streams.log"), "a", buffering=1)
        self.lock = threading.Lock()
        self.next, self.arrived = threading.Event(), threading.Event()
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        with open(os.path.join(where, "streams.new"), "w") as f:
            f.write("%d\n" % self.listener.getsockname()[1])
        os.rename(os.path.join(where, "streams.new"),
                  os.path.join(where, "streams.port"))

    def run(self):
        while True:
            s, _ = self.listener.accept()
            threading.Thread(target=self.connection, args=(s,),
                             daemon=True).start()

    def connection(self, s):
        try:
            with self.tls.wrap_socket(s, server_side=True) as t:
                self.requests(t, t.makefile("rb"))
        except OSError:
            pass

    def requests(self, s, f):
        while True:
            first, headers = read_head(f)
            if not first:
                return
            target = first.split()[1].decode()
            with self.lock:
                self.log.write(json.dumps(
                    {"target": target, "headers": headers}) + "\n")
            path = target.split("?")[0].rsplit("/", 1)[1]
            getattr(self, "do_" + path)(s, f, dict(headers))

    def give(self, s, body):
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (
            len(body), body))

    def do_ws(self, s, f, headers):
        if headers.get("upgrade") != "websocket":
            self.give(s, b"no upgrade\n")
            return
        s.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                  b"Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n" %
                  accept_of(headers["sec-websocket-key"].encode()))
        while True:
            opcode, data = read_frame(f)
            s.sendall(frame(opcode, data))
            if opcode == 8:
                raise OSError("closed")

    def do_events(self, s, f, headers):
        self.next.clear()
        s.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n" +
                  chunk(b"data: first\n\n"))
        self.next.wait(LIMIT)
        s.sendall(chunk(b"data: second\n\n") + b"0\r\n\r\n")

    def do_next(self, s, f, headers):
        self.next.set()
        self.give(s, b"next\n")

    def body(self, f, headers):
        if headers.get("transfer-encoding") == "chunked":
            while True:
                n = int(f.readline(), 16)
                data = f.read(n)
                if n == 0:
                    while f.readline() not in (b"\r\n", b""):
                        pass
                    return
                f.readline()
                yield data
        else:
            yield f.read(int(headers.get("content-length", 0)))

    def do_upload(self, s, f, headers):
        n = 0
        for piece in self.body(f, headers):
            n += len(piece)
            self.arrived.set()
        self.arrived.clear()
        self.give(s, b"%d bytes\n" % n)

    def do_arrived(self, s, f, headers):
        self.give(s, b"yes\n" if self.arrived.wait(LIMIT) else b"no\n")

    def do_trailers(self, s, f, headers):
        s.sendall(b"HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\n"
                  b"Transfer-Encoding: chunked\r\n\r\n" + chunk(b"body\n") +
                  b"0\r\nX-Sum: 5\r\n\r\n")


# ---- Clients ----------------------------------------------------------------

class Client:
    """Connections to one place."""

    def __init__(self, where):
        self.unix = not where.startswith("https://")
        if self.unix:
            self.path, _, self.prefix = where.partition(":")
            self.host = "localhost"
        else:
            url = urllib.parse.urlsplit(where)
            self.host, self.prefix = url.netloc, url.path

    def connect(self):
        if self.unix:
            s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            s.settimeout(LIMIT)
            s.connect(self.path)
        else:
            s = self.by_proxy()
        return s, s.makefile("rb")

    def by_proxy(self):
        proxy = urllib.parse.urlsplit(os.environ["https_proxy"])
        s = socket.create_connection((proxy.hostname, proxy.port), LIMIT)
        pair = "%s:%s" % (proxy.username, proxy.password)
        s.sendall(("CONNECT %s HTTP/1.1\r\nProxy-Authorization: Basic %s\r\n\r\n"
                   % (self.host, base64.b64encode(pair.encode()).decode()))
                  .encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += s.recv(1)
        if b" 200 " not in head:
            sys.exit("the proxy: %s" % head.decode())
        tls = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
        return tls.wrap_socket(s, server_hostname=self.host.split(":")[0])

    def send(self, method, path, headers="", body=b"", host=None):
        s, f = self.connect()
        s.sendall(("%s %s/%s HTTP/1.1\r\nHost: %s\r\n%s\r\n" % (
            method, self.prefix, path, host or self.host, headers)).encode() +
            body)
        return s, f

    def get(self, path):
        s, f = self.send("GET", path, "Connection: close\r\n")
        with s:
            return f.read()


def expect(what, found):
    if not what:
        sys.exit("not so: %r" % (found,))


def ws(c):
    key = base64.b64encode(b"not a secret key")
    s, f = c.send("GET", "ws", "Connection: keep-alive, Upgrade\r\n"
                  "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Key: %s\r\n" % key.decode())
    first, headers = read_head(f)
    expect(b" 101 " in first, first)
    expect(dict(headers)["sec-websocket-accept"] ==
           accept_of(key).decode(), headers)
    for i in range(FRAMES):
        data = bytes([i]) * FRAME
        s.sendall(frame(2, data, b"mask"))
        got = read_frame(f)
        expect(got == (2, data), (i, got[0], len(got[1])))
    s.sendall(frame(8, b"", b"mask"))
    expect(read_frame(f)[0] == 8, "the end")
    print("%d frames came back" % FRAMES)


def events(c):
    s, f = c.send("GET", "events", "Connection: close\r\n")
    seen = b""
    while b"data: first\n\n" not in seen:
        seen += f.read1(4096)
    expect(b"second" not in seen, seen)
    expect(b"next" in c.get("next"), "next")
    seen += f.read()
    expect(b"data: second\n\n" in seen, seen)
    print("each event when it was sent")


def upload(c):
    s, f = c.send("POST", "upload",
                  "Connection: close\r\nTransfer-Encoding: chunked\r\n",
                  chunk(b"first"))
    expect(b"yes" in c.get("arrived"), "the first chunk was kept back")
    s.sendall(chunk(b"second") + b"0\r\nX-Trailer: 1\r\n\r\n")
    print(f.read().split(b"\r\n\r\n")[1].decode().strip())


def expect_continue(c):
    s, f = c.send("POST", "upload", "Connection: close\r\n"
                  "Expect: 100-continue\r\nContent-Length: 5\r\n")
    first, _ = read_head(f)
    expect(b" 100 " in first, first)
    s.sendall(b"later")
    print(f.read().split(b"\r\n\r\n")[1].decode().strip())


def early(c):
    """A refusal comes in place of 100 Continue."""
    s, f = c.send("POST", "upload", "Connection: close\r\n"
                  "Expect: 100-continue\r\nContent-Length: 5\r\n",
                  host="evil.example")
    print(read_head(f)[0].decode().strip())


def trailers(c):
    print(c.get("trailers").decode())


CLIENTS = {"ws": ws, "events": events, "upload": upload, "early": early,
           "continue": expect_continue, "trailers": trailers}

if sys.argv[1] == "serve":
    server = Server(*sys.argv[2:5])
    threading.Thread(target=server.run, daemon=True).start()
    sys.stdin.read()
else:
    CLIENTS[sys.argv[1]](Client(sys.argv[2]))
