#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""An API over TLS that asks for client certificates, and says which it saw.

    client_certificates.py DIR CERTIFICATE KEY CA

It writes DIR/origin.port, the ports for TLS 1.3 and for TLS 1.2, and then a line
of JSON into DIR/origin.log for each request: the name in the client's
certificate, the number of the connection, whether its TLS session was resumed.
The answer is the name.  /held is answered once there is the file DIR/go.
It ends when its standard input does.

    client_certificates.py --find PID KEY

It says how often the private number of the key KEY, in PEM, is in the memory of
a process, as OpenSSL computes with it.
"""
import http.server
import itertools
import json
import os
import re
import ssl
import subprocess
import sys
import threading
import time

numbers = itertools.count()
lock = threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.number = next(numbers)

    def log_message(self, *_):
        pass

    def name(self):
        subject = (self.connection.getpeercert() or {}).get("subject", ())
        return dict(pair for part in subject for pair in part).get(
            "commonName", "nobody")

    def do_GET(self):
        seen = {"name": self.name(), "connection": self.number,
                "resumed": self.connection.session_reused}
        with lock:
            log.write(json.dumps(seen) + "\n")
        while self.path == "/held" and not os.path.exists(DIR + "/go"):
            time.sleep(0.02)
        body = seen["name"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        pass


def serve(version):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    context.load_verify_locations(CA)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.minimum_version = context.maximum_version = version
    server = Server(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return str(server.server_port)


def number(key):
    """Its lowest byte comes first."""
    text = subprocess.run(["openssl", "pkey", "-in", key, "-noout", "-text"],
                          check=True, capture_output=True, text=True).stdout
    digits = re.search(r"priv:([^p]*)pub:", text).group(1)
    return bytes.fromhex(re.sub(r"[\s:]", "", digits))[-32:][::-1]


def find(pid, key):
    found, wanted = 0, number(key)
    with open("/proc/%s/maps" % pid) as maps, \
            open("/proc/%s/mem" % pid, "rb", 0) as memory:
        for line in maps:
            begin, end = (int(x, 16) for x in line.split()[0].split("-"))
            if not line.split()[1].startswith("rw"):
                continue
            try:
                memory.seek(begin)
                bytes_there = memory.read(end - begin)
            except OSError:  # pages that there are not
                continue
            found += bytes_there.count(wanted)
    return found


if sys.argv[1] == "--find":
    print(find(sys.argv[2], sys.argv[3]))
    sys.exit()
DIR, CERTIFICATE, KEY, CA = sys.argv[1:5]
log = open(os.path.join(DIR, "origin.log"), "a", buffering=1)
ports = [serve(ssl.TLSVersion.TLSv1_3), serve(ssl.TLSVersion.TLSv1_2)]
with open(os.path.join(DIR, "origin.new"), "w") as f:
    f.write(" ".join(ports) + "\n")
os.rename(os.path.join(DIR, "origin.new"), os.path.join(DIR, "origin.port"))
sys.stdin.read()
