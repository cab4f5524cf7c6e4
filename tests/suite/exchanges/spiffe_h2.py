# SPDX-License-Identifier: BSD-2-Clause
"""SPIFFE's Workload API by hand, on python3-h2: HTTP/2 over Unix sockets.

    spiffe_h2.py DIRECTORY NAME ...

listens at DIRECTORY/NAME.sock for each NAME, which says how it answers (below),
prints "ready", and ends when its standard input does.  It speaks the protocol
as published (github.com/spiffe/spiffe, standards/SPIFFE_Workload_Endpoint.md
and workloadapi.proto): gRPC's frames (RPC FetchJWTSVID), no TLS, and the header
"workload.spiffe.io: true", without which nothing is answered but
InvalidArgument.
"""

import os
import socket
import sys
import threading

import h2.config
import h2.connection
import h2.events

PATH = "/SpiffeWorkloadAPI/FetchJWTSVID"


def varint(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out + bytes([n]))


def field(number, value):
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(message):
    """The length-delimited fields, which are all that a request has."""
    at, out = 0, []

    def number():
        nonlocal at
        n = shift = 0
        while True:
            byte = message[at]
            at += 1
            n |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return n

    while at < len(message):
        tag = number()
        assert tag & 7 == 2, "wire type"
        n = number()
        out.append((tag >> 3, message[at:at + n]))
        assert at + n <= len(message), "length"
        at += n
    return out


def frame(message):
    return b"\0" + len(message).to_bytes(4, "big") + message


def svid(audience):
    token = "svid-for-" + audience
    return field(1, b"spiffe://example.org/w") + field(2, token.encode())


def problem(headers, body):
    """Why a request is refused: gRPC's status and a text; or the audience."""
    if headers.get("workload.spiffe.io") != "true":
        return 3, "security header missing from request", None
    if headers.get("te") != "trailers":
        return 3, "te: trailers is missing", None
    if headers.get("content-type") != "application/grpc":
        return 3, "content type", None
    if headers[":method"] != "POST" or headers[":path"] != PATH:
        return 12, "unknown method", None
    if body[:1] != b"\0" or int.from_bytes(body[1:5], "big") != len(body) - 5:
        return 13, "frame", None
    audiences = [v for n, v in fields(body[5:]) if n == 1]
    if len(audiences) == 0:
        return 3, "audience must be specified", None
    return 0, "", audiences[0].decode()


class Stream:
    def __init__(self, conn, sock, stream, name):
        self.conn, self.sock, self.id, self.name = conn, sock, stream, name
        self.headers, self.body = {}, b""

    def flush(self):
        self.sock.sendall(self.conn.data_to_send())

    def head(self, end=False, more=()):
        self.conn.send_headers(
            self.id, [(":status", "200"), ("content-type", "application/grpc")] + list(more), end_stream=end)

    def trailers(self, code, text=""):
        more = [("grpc-message", text)] if text else []
        self.conn.send_headers(self.id, [("grpc-status", str(code))] + more, end_stream=True)

    def send(self, data):
        for i in range(0, len(data), 16384):
            self.conn.send_data(self.id, data[i:i + 16384])

    def answer(self):
        code, text, audience = problem(self.headers, self.body)
        if code == 0 and self.name == "denied":
            code, text = 7, "no identity issued"
        if code != 0:
            # "Trailers-Only": all in one frame of headers.
            self.head(True, [("grpc-status", str(code)), ("grpc-message", text)])
            return
        getattr(self, "do_" + self.name.replace("-", "_"), self.do_good)(
            frame(field(1, svid(audience))))

    def do_good(self, message):
        self.head()
        self.send(message)
        self.trailers(0)

    # A byte in each frame of HTTP/2.
    def do_slow(self, message):
        self.head()
        for byte in message:
            self.send(bytes([byte]))
            self.flush()
        self.trailers(0)

    def do_no_trailers(self, message):
        self.head()
        self.send(message)
        self.conn.end_stream(self.id)

    def do_late_error(self, message):
        self.head()
        self.send(message)
        self.trailers(14, "agent is shutting down")

    def do_short(self, message):
        self.head()
        self.send(message[:-3])
        self.trailers(0)

    def do_compressed(self, message):
        self.head()
        self.send(b"\1" + message[1:])
        self.trailers(0)

    def do_empty(self, _):
        self.head()
        self.send(frame(b""))
        self.trailers(0)

    def do_other_fields(self, message):
        """Fields of a later protocol, of all wire types, are passed over."""
        more = b"\x78\x96\x01" + b"\x79" + b"\0" * 8 + b"\x7d" + b"\0" * 4
        inner = more + field(9, b"later") + message[5:]
        self.head()
        self.send(frame(inner))
        self.trailers(0)

    def do_nonsense(self, _):
        self.head()
        self.send(frame(b"\x0a\xff\xff\xff\xff\x7f"))
        self.trailers(0)

    def do_cut(self, message):
        self.head()
        self.send(message[:7])
        self.flush()
        self.sock.shutdown(socket.SHUT_RDWR)

    def do_reset(self, message):
        self.head()
        self.send(message[:7])
        self.conn.reset_stream(self.id, 8)

    def do_huge(self, _):
        self.head()
        self.conn.increment_flow_control_window(1)
        self.send(frame(b"x" * 60000))
        self.trailers(0)


def serve(sock, name):
    conn = h2.connection.H2Connection(
        h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
    conn.initiate_connection()
    streams = {}
    try:
        sock.sendall(conn.data_to_send())
        while True:
            data = sock.recv(65536)
            if not data:
                return
            for event in conn.receive_data(data):
                if isinstance(event, h2.events.RequestReceived):
                    s = streams[event.stream_id] = Stream(conn, sock, event.stream_id, name)
                    s.headers = dict(event.headers)
                elif isinstance(event, h2.events.DataReceived):
                    streams[event.stream_id].body += event.data
                    conn.acknowledge_received_data(
                        event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.StreamEnded):
                    streams[event.stream_id].answer()
            sock.sendall(conn.data_to_send())
    except OSError:
        pass
    finally:
        sock.close()


def listen(path, name):
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    os.chmod(path, 0o777)
    server.listen(64)

    def accept():
        while True:
            sock, _ = server.accept()
            threading.Thread(target=serve, args=(sock, name), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


for arg in sys.argv[2:]:
    listen(os.path.join(sys.argv[1], arg + ".sock"), arg)
print("ready", flush=True)
sys.stdin.read()
