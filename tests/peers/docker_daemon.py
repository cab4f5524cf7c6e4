# SPDX-License-Identifier: BSD-2-Clause
"""As much of Docker's daemon as `docker login` and `docker pull` ask of it: it
takes the credential that the client gives it for a registry.

docker_daemon.py REGISTRY USER:PASSWORD: prints its port, and ends when its standard
input does.
"""

import base64
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

REGISTRY, PAIR = sys.argv[1:3]


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Api-Version", "1.41")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def judge(self, place, given, done):
        pair = f"{given.get('username')}:{given.get('password')}"
        if (place, pair) == (REGISTRY, PAIR):
            self.answer(200, done)
        else:
            self.answer(401, {"message": "wrong credential"})

    def do_GET(self):
        self.answer(200, {"ApiVersion": "1.41", "MinAPIVersion": "1.12"})

    do_HEAD = do_GET

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.endswith("/auth"):
            given = json.loads(body)
            self.judge(given.get("serveraddress"), given,
                       {"Status": "Login Succeeded"})
        elif "/images/create" in self.path:
            given = self.headers.get("X-Registry-Auth", "")
            given = base64.urlsafe_b64decode(given + "==") or b"{}"
            query = parse_qs(urlsplit(self.path).query)
            self.judge(query["fromImage"][0].partition("/")[0],
                       json.loads(given), {"status": "pulled"})
        else:
            self.answer(404, {"message": "not here"})


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


main()
