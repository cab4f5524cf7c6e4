#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
# A provider at which people log in, for the scheme login-test: it prints its
# port, and answers as the file MODE says: token, pending, denied, expired,
# broken.  It appends to the file LOG a line for each request: its body.
import http.server
import json
import sys

mode_file, log_file = sys.argv[1:3]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *unused):
        pass

    def say(self, status, answer):
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        size = int(self.headers.get("Content-Length", "0"))
        body = self.rfile.read(size).decode()
        mode = open(mode_file).read().strip()
        with open(log_file, "a") as log:
            log.write(body + "\n")
        if mode == "broken":
            self.say(500, {})
        elif body == "":
            self.say(200, {"code": "FAKE-12", "device": "fake-device",
                           "page": "https://idp.example/enter"})
        elif body.startswith("end="):
            self.say(200, {})
        elif mode == "pending":
            self.say(200, {"pending": "y"})
        elif mode == "token":
            self.say(200, {"token": "fake-token-of-login"})
        elif mode == "expired":
            self.say(200, {"expired": "y"})
        else:
            self.say(200, {})


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
