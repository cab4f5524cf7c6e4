# SPDX-License-Identifier: BSD-2-Clause
# A server that takes bodies as AWS does, which are signed in chunks, and computes
# each signature itself:
#
#   server.py SECRET FILE   writes its port to FILE, and answers each PUT with
#                           what it found: "right N", or what is wrong
import hashlib
import hmac
import http.server
import os
import re
import sys

DATE, SCOPE = "20130524T000000Z", "20130524/us-east-1/s3/aws4_request"


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def key_of(secret):
    key = ("AWS4" + secret).encode()
    for step in SCOPE.split("/"):
        key = mac(key, step)
    return key


def check(body, before, key):
    """The bytes in the chunks, or what is wrong."""
    found, empty = b"", hashlib.sha256(b"").hexdigest()
    while True:
        head, body = body.split(b"\r\n", 1)
        size, said = re.fullmatch(
            rb"([0-9a-f]+);chunk-signature=([0-9a-f]{64})", head
        ).groups()
        n = int(size, 16)
        chunk, end, body = body[:n], body[n : n + 2], body[n + 2 :]
        text = "\n".join(
            ["AWS4-HMAC-SHA256-PAYLOAD", DATE, SCOPE, before, empty,
             hashlib.sha256(chunk).hexdigest()]
        )
        before = mac(key, text).hex()
        if before != said.decode() or end != b"\r\n" or len(chunk) != n:
            raise ValueError("a chunk is not right")
        found += chunk
        if n == 0:
            return found, body


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def look(self, body):
        seed = self.headers["Authorization"].rsplit("Signature=", 1)[1]
        found, rest = check(body, seed, key_of(sys.argv[1]))
        if rest or len(found) != int(
            self.headers["x-amz-decoded-content-length"]
        ):
            raise ValueError("the length is another one")
        return "right %s" % hashlib.sha256(found).hexdigest()

    def do_PUT(self):
        n = int(self.headers["Content-Length"])
        body = self.rfile.read(n)
        try:
            text = self.look(body)
        except Exception as why:
            text = "wrong: %s" % why
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[2] + ".new", "w") as to:
    to.write(str(server.server_port))
os.rename(sys.argv[2] + ".new", sys.argv[2])
server.handle_error = lambda *_: None
server.serve_forever()
