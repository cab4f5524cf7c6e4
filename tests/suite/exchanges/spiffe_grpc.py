# SPDX-License-Identifier: BSD-2-Clause
"""The same RPC by gRPC's own server and protobuf's own reader (python3-grpcio).

    spiffe_grpc.py SOCKET

listens at SOCKET, prints "ready", and ends when its standard input does.  The
messages are those of workloadapi.proto, described here without a compiler.
"""

import os
import sys
from concurrent import futures

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

FIELD = descriptor_pb2.FieldDescriptorProto


def described():
    file = descriptor_pb2.FileDescriptorProto(name="workloadapi.proto", syntax="proto3")

    def message(name, *fields):
        m = file.message_type.add(name=name)
        for number, (field, label, type_name) in enumerate(fields, 1):
            m.field.add(name=field, number=number, label=label, type_name=type_name,
                        type=FIELD.TYPE_MESSAGE if type_name else FIELD.TYPE_STRING)

    message("JWTSVIDRequest", ("audience", FIELD.LABEL_REPEATED, None),
            ("spiffe_id", FIELD.LABEL_OPTIONAL, None))
    message("JWTSVID", ("spiffe_id", FIELD.LABEL_OPTIONAL, None),
            ("svid", FIELD.LABEL_OPTIONAL, None), ("hint", FIELD.LABEL_OPTIONAL, None))
    message("JWTSVIDResponse", ("svids", FIELD.LABEL_REPEATED, ".JWTSVID"))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return [factory.GetPrototype(pool.FindMessageTypeByName(n))
            for n in ("JWTSVIDRequest", "JWTSVID", "JWTSVIDResponse")]


Request, Svid, Response = described()


def fetch(request, context):
    metadata = dict(context.invocation_metadata())
    if metadata.get("workload.spiffe.io") != "true":
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "security header missing from request")
    if len(request.audience) == 0:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "audience must be specified")
    if request.audience[0] == "denied":
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "no identity issued")
    return Response(svids=[
        Svid(spiffe_id="spiffe://example.org/w", svid="svid-for-" + request.audience[0], hint="internal"),
        Svid(spiffe_id="spiffe://example.org/v", svid="another", hint="external")])


handler = grpc.method_handlers_generic_handler("SpiffeWorkloadAPI", {
    "FetchJWTSVID": grpc.unary_unary_rpc_method_handler(
        fetch, request_deserializer=Request.FromString,
        response_serializer=Response.SerializeToString)})
server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
server.add_generic_rpc_handlers((handler,))
server.add_insecure_port("unix:" + sys.argv[1])
server.start()
os.chmod(sys.argv[1], 0o777)
print("ready", flush=True)
sys.stdin.read()
server.stop(0)
