# SPDX-License-Identifier: BSD-2-Clause
# Authlib's grant jwt-bearer (RFC 7523, 2.1) behind an https port of 127.0.0.1:
# what an assertion must be is Authlib's to say.  `aud` is its token endpoint.
#
#	bearer.py server.pem server.key account.pub
#
# Prints "ready PORT", then serves until it is told to end.
import http.server
import json
import ssl
import sys
import urllib.parse

from authlib.jose import JsonWebKey
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Request
from authlib.oauth2.rfc7523 import JWTBearerGrant

CERT, KEY, PUBLIC = sys.argv[1:4]
ACCOUNT = "robot@project.example"


class Client:
    client_id = ACCOUNT

    def check_grant_type(self, grant_type):
        return grant_type == JWTBearerGrant.GRANT_TYPE

    def get_allowed_scope(self, scope):
        return scope


class Grant(JWTBearerGrant):
    def resolve_issuer_client(self, issuer):
        return Client() if issuer == ACCOUNT else None

    def resolve_client_key(self, client, headers, payload):
        if client is None:
            return JsonWebKey.generate_key("EC", "P-256", is_private=True)
        with open(PUBLIC) as pem:
            return JsonWebKey.import_key(pem.read(), {"kty": "RSA"})

    def authenticate_user(self, subject):
        return subject if subject == ACCOUNT else None

    def has_granted_permission(self, client, user):
        return True


class Server(AuthorizationServer):
    def create_oauth2_request(self, request):
        return request

    def save_token(self, token, request):
        pass

    def handle_response(self, status, body, headers):
        return status, body

    def send_signal(self, name, *args, **kwargs):
        pass


server = Server()
server.register_grant(Grant)
server.register_token_generator(
    "default",
    lambda **_: {"token_type": "Bearer", "access_token": "fake-of-authlib",
                 "expires_in": 600})


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"])
        form = self.rfile.read(length).decode()
        url = "https://%s%s" % (self.headers["Host"], self.path)
        Grant.CLAIMS_OPTIONS["aud"] = {"essential": True, "value": url}
        status, body = server.create_token_response(OAuth2Request(
            "POST", url, dict(urllib.parse.parse_qsl(form)), self.headers))
        text = (json.dumps(body) if isinstance(body, dict) else body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *args):
        pass


httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERT, KEY)
httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
print("ready", httpd.server_port, flush=True)
httpd.serve_forever()
