#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""An API over TLS that says what arrived.

    origin.py DIR CERTIFICATE KEY

It writes DIR/origin.port and then a line of JSON into DIR/origin.log for each
request: method, target, headers as they came, how many bytes of body and their
SHA-256.  It ends when its standard input does.

    /echo       that line without the headers
    /hmac       200 where the scheme hmac-test signed it with the text in
                DIR/hmac, else 401
    /big?n=     so many zeros
    /redirect   302 to another origin
    /steer      200 with X-Accel-Redirect: /echo
    /denied     401 with a body of 100 KB
    /short      a body that ends before its length
    /slow       200 after a second
    /verified?  as the scheme verify-test wants it, with the text in DIR/verify:
                genuine; or with another body, header or status, or no header;
                long: with 100 KB of body; slow: while DIR/held is there, not yet,
                but DIR/reached is; switch: 101 and what no HTTP is
    /nonce      200 with a nonce for the next signature (challenge-test)
    /dies?N     no answer the first time for each N; with DIR/dies there, not
                before that is gone
"""
import hashlib
import hmac
import http.server
import json
import os
import ssl
import sys
import threading
import time

DIR, CERTIFICATE, KEY = sys.argv[1:4]
log = open(os.path.join(DIR, "origin.log"), "a", buffering=1)
lock = threading.Lock()
died = set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def pieces(self):
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            while True:
                left = int(self.rfile.readline().split(b";")[0], 16)
                if left == 0:
                    self.rfile.readline()
                    return
                while left > 0:
                    piece = self.rfile.read(min(left, 65536))
                    left -= len(piece)
                    yield piece
                self.rfile.readline()
        left = int(self.headers.get("Content-Length", 0))
        while left > 0:
            piece = self.rfile.read(min(left, 65536))
            if not piece:
                return
            left -= len(piece)
            yield piece

    def take(self):
        digest, n = hashlib.sha256(), 0
        for piece in self.pieces():
            digest.update(piece)
            n += len(piece)
        line = {"method": self.command, "target": self.path,
                "headers": [[k, v] for k, v in self.headers.items()],
                "n": n, "sha256": digest.hexdigest()}
        with lock:
            log.write(json.dumps(line) + "\n")
        return line

    def give(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def is_signed(self, line):
        with open(os.path.join(DIR, "hmac"), "rb") as f:
            key = f.read()
        text = "%s\n%s\n%s\n" % (line["method"], line["target"],
                                 line["sha256"])
        mac = hmac.new(key, text.encode(), "sha256").hexdigest()
        return self.headers.get("Authorization", "").endswith(mac)

    def answer(self):
        line = self.take()
        path = self.path.split("?")[0]
        if path == "/hmac":
            self.give(200 if self.is_signed(line) else 401, b"hmac\n")
        elif path == "/big":
            self.big(int(self.path.split("n=")[1].split("&")[0]))
        elif path == "/redirect":
            self.give(302, b"", Location="https://other.example/")
        elif path == "/verified":
            self.verified(self.path.split("?")[1])
        elif path == "/nonce":
            self.give(200, b"nonce\n", **{"Next-Nonce": "first"})
        elif path == "/dies" and self.dies():
            self.close_connection = True
        elif path == "/steer":
            self.give(200, b"steered\n", **{"X-Accel-Redirect": "/echo"})
        elif path == "/denied":
            self.give(401, b"denied\n" + b"x" * 100000)
        elif path == "/short":
            self.send_response(500)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"short\n")
            self.close_connection = True
        else:
            if path == "/slow":
                time.sleep(1)
            self.give(200, json.dumps({k: line[k] for k in (
                "method", "n", "sha256")}).encode())

    def verified(self, what):
        with open(os.path.join(DIR, "verify"), "rb") as f:
            key = f.read()
        while what == "slow" and os.path.exists(os.path.join(DIR, "held")):
            open(os.path.join(DIR, "reached"), "w").close()
            time.sleep(0.02)
        if what == "switch":
            self.switch()
            return
        body = b"told " + b"x" * (100000 if what == "long" else 10)
        text = "%s\nhttps://%s%s\n%s\n200\n" % (
            self.command, self.headers["Host"], self.path,
            self.headers["Authorization"])
        mac = hmac.new(key, text.encode() + hashlib.sha256(body).digest(),
                       "sha256").hexdigest()
        if what == "body":
            body = body.replace(b"x", b"y")
        headers = {} if what == "none" else {
            "Answer-Mac": mac[::-1] if what == "header" else mac}
        self.give(202 if what == "status" else 200, body,
                  **headers, **{"X-Told": "told"})

    def switch(self):
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("X-Told", "told")
        self.end_headers()
        self.wfile.write(b"told what nobody has signed")
        self.close_connection = True

    def dies(self):
        with lock:
            first = self.path not in died
            died.add(self.path)
        while first and os.path.exists(os.path.join(DIR, "dies")):
            time.sleep(0.02)
        return first

    def big(self, n):
        self.send_response(200)
        self.send_header("Content-Length", str(n))
        self.end_headers()
        zeros = bytes(65536)
        while n > 0:
            self.wfile.write(zeros[:min(n, len(zeros))])
            n -= min(n, len(zeros))

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE, KEY)
server = Server(("127.0.0.1", 0), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True,
                                    do_handshake_on_connect=False)
threading.Thread(target=server.serve_forever, daemon=True).start()
with open(os.path.join(DIR, "origin.new"), "w") as f:
    f.write("%d\n" % server.server_port)
os.rename(os.path.join(DIR, "origin.new"), os.path.join(DIR, "origin.port"))
sys.stdin.read()
