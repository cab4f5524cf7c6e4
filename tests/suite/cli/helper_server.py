# SPDX-License-Identifier: BSD-2-Clause
"""Git repositories over https, by git-http-backend, and keys for AWS, for one
user and password.

helper_server.py DIR USER:PASSWORD: serves DIR/repositories with DIR/server.pem,
prints its port, and ends when its standard input does.
"""

import base64
import contextlib
import json
import os
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DIR, PAIR = sys.argv[1:3]
WANTED = "Basic " + base64.b64encode(PAIR.encode()).decode()
BACKEND = subprocess.run(
    ["git", "--exec-path"], check=True, capture_output=True, text=True
).stdout.strip() + "/git-http-backend"

#: In the shapes of AWS's container endpoints, of STS, and of Vault.
PLAIN = {"AccessKeyId": "FAKEID", "SecretAccessKey": "fake-aws-key"}
KEYS = {
    "/keys/container": PLAIN
    | {"Token": "fake-session", "Expiration": "2038-01-19T03:14:07Z"},
    "/keys/sts": {
        "Credentials": PLAIN
        | {"SessionToken": "fake-session",
           "Expiration": "2038-01-19T03:14:07Z"}
    },
    "/keys/vault": {
        "data": {
            "access_key": "FAKEID",
            "secret_key": "fake-aws-key",
            "security_token": "fake-session",
        }
    },
    "/keys/lease": {
        "lease_duration": 3600,
        "data": {
            "access_key": "FAKEID",
            "secret_key": "fake-aws-key",
            "session_token": "fake-session",
        },
    },
    "/keys/none": {"AccessKeyId": "FAKEID"},
    "/keys/list": [],
    "/keys/numbers": {"AccessKeyId": 1, "access_key": 2, "data": 3},
    "/keys/both": PLAIN | {"SessionToken": "fake-session", "lease_duration": 60,
                           "Expiration": "2038-01-19T03:14:07Z"},
    "/keys/never": PLAIN | {"lease_duration": 1 << 40, "Credentials": None},
    "/keys/past": PLAIN | {"lease_duration": -1, "SessionToken": "fake-session"},
    "/keys/endless": PLAIN | {"Expiration": "2038-01-19T03:14:07Z"},
    "/keys/long": PLAIN | {"more": "n" * 200000},
}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Authorization") != WANTED:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        if path.startswith("/keys/"):
            self.give_keys(path)
            return
        answer = subprocess.run(
            [BACKEND],
            input=body,
            stdout=subprocess.PIPE,
            env={
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": DIR + "/repositories",
                "GIT_HTTP_EXPORT_ALL": "1",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REMOTE_USER": "somebody",
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get(
                    "Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            },
        ).stdout
        head, _, content = answer.partition(b"\r\n\r\n")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = next((v for n, v in lines if n == "Status"), "200")
        self.send_response(int(status.split()[0]))
        for name, value in lines:
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def give_keys(self, path):
        body = json.dumps(KEYS.get(path, {"error": "none"})).encode()
        status = path.removeprefix("/keys/status/")
        self.send_response(200 if path in KEYS else
                           int(status) if status.isdecimal() else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # one who has read enough
            self.wfile.write(body)

    do_GET = do_POST = serve


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(DIR + "/server.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


main()
