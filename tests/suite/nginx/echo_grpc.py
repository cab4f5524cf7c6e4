#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""An echo by gRPC over TLS, and its client.  It needs grpcio.

    echo_grpc.py serve DIR CERTIFICATE KEY

It writes DIR/grpc.port, and sends the value of the metadata x-api-key back as
x-seen.  It ends when its standard input does.

    echo_grpc.py call SOCKET   one message, a hundred in a stream, and a method
                               that there is not; prints what came back
"""
import sys
from concurrent import futures

import grpc

LIMIT = 60                  # seconds; nothing takes that long but a fault


def show(context):
    seen = dict(context.invocation_metadata()).get("x-api-key", "")
    context.send_initial_metadata((("x-seen", seen.replace("secret", "...")),))


def one(message, context):
    show(context)
    return message


def many(messages, context):
    show(context)
    yield from messages


def serve(where, certificate, key):
    with open(certificate, "rb") as c, open(key, "rb") as k:
        tls = grpc.ssl_server_credentials([(k.read(), c.read())])
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(
        "test.Echo", {"One": grpc.unary_unary_rpc_method_handler(one),
                      "Many": grpc.stream_stream_rpc_method_handler(many)}),))
    port = server.add_secure_port("127.0.0.1:0", tls)
    server.start()
    with open(where + "/grpc.port", "w") as f:
        f.write("%d\n" % port)
    sys.stdin.read()
    server.stop(None)


def call(path):
    with grpc.insecure_channel("unix:" + path) as channel:
        unary = channel.unary_unary("/grpc/test.Echo/One")
        answer, done = unary.with_call(b"hello", timeout=LIMIT)
        print("one: %s, signed with %s" % (
            answer.decode(), dict(done.initial_metadata())["x-seen"]))
        stream = channel.stream_stream("/grpc/test.Echo/Many")
        answers = stream((b"%d" % i for i in range(100)), timeout=LIMIT)
        print("many: %d" % sum(
            int(a) == i for i, a in enumerate(answers)))
        try:
            channel.unary_unary("/grpc/test.Echo/None")(b"", timeout=LIMIT)
        except grpc.RpcError as e:
            print("none: %s" % e.code().name)


if sys.argv[1] == "serve":
    serve(*sys.argv[2:5])
else:
    call(sys.argv[2])
