# SPDX-License-Identifier: BSD-2-Clause
"""As much of a Kubernetes API server as kubectl asks for, for one bearer token.

kube_api.py PEM TOKEN: prints its port, and ends when its standard input does.
"""

import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PEM, TOKEN = sys.argv[1:3]

#: What kubectl asks to find out what there is, and a list of pods.
ANSWERS = {
    "/version": {"major": "1", "minor": "20", "gitVersion": "v1.20.2"},
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {
        "kind": "APIResourceList",
        "groupVersion": "v1",
        "resources": [
            {
                "name": "pods",
                "singularName": "pod",
                "namespaced": True,
                "kind": "Pod",
                "verbs": ["get", "list"],
            }
        ],
    },
    "/api/v1/namespaces/default/pods": {
        "kind": "PodList",
        "apiVersion": "v1",
        "metadata": {},
        "items": [
            {
                "kind": "Pod",
                "apiVersion": "v1",
                "metadata": {"name": "one", "namespace": "default"},
            }
        ],
    },
}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path.partition("?")[0]
        status, body = 200, ANSWERS.get(path)
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            status, body = 401, None
        elif body is None:
            status = 404
        if body is None:
            body = {"kind": "Status", "apiVersion": "v1", "code": status,
                    "status": "Failure", "message": f"HTTP {status}"}
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)
    sys.stdin.read()


main()
