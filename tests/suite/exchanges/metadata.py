# SPDX-License-Identifier: BSD-2-Clause
"""Metadata services of instances, and a service that gives tokens of accounts.

    metadata.py ADDRESS LOG

listens at a free port of ADDRESS, prints "ready PORT", writes a line for each
request to LOG, and ends when its standard input does.  Below /aws it answers as
AWS's instance metadata service, version 2, does; below /gcp as Google's; below
/iam as Google's IAM Service Account Credentials API.  What the path has before
these says what is wrong: /nested, /no-role, /closed, /cut, /redirect.
"""

import http.server
import json
import sys
import threading

SESSION = "fake-imds-session"
ROLES = "/aws/latest/meta-data/iam/security-credentials/"
OWN = "/gcp/computeMetadata/v1/instance/service-accounts/default/token"
ACCOUNT = "/iam/v1/projects/-/serviceAccounts/w%40example.iam:generateAccessToken"
log = open(sys.argv[2], "a", buffering=1)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, status, body, kind="text/plain"):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def aws(self, how, path):
        if path == "/aws/latest/api/token":
            if how == "closed":
                return self.reply(403, "")
            if self.command != "PUT" or self.headers.get("X-aws-ec2-metadata-token-ttl-seconds") != "60":
                return self.reply(400, "")
            return self.reply(200, SESSION)
        if self.headers.get("X-aws-ec2-metadata-token") != SESSION:
            return self.reply(401, "")
        if how == "redirect":
            self.send_response(302)
            self.send_header("Location", "http://" + self.headers["Host"] + "/aws" + path[4:])
            self.send_header("Content-Length", "0")
            return self.end_headers()
        if path == ROLES:
            return self.reply(404 if how == "no-role" else 200, "worker role")
        if path != ROLES + "worker%20role":
            return self.reply(404, "")
        found = {"Code": "Success", "AccessKeyId": "FAKEACCESSKEY", "SecretAccessKey": "fake-imds-secret",
                 "Token": 'fake-imds-token/with"quotes\\', "Expiration": "2099-01-01T00:00:00Z"}
        if how == "nested":
            found = {"a": [0, {"b/c": found}]}
        body = json.dumps(found)
        if how == "cut":
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:20].encode())
            self.close_connection = True
            return None
        return self.reply(200, body, "application/json")

    def gcp(self, path):
        if path != OWN or self.headers.get("Metadata-Flavor") != "Google":
            return self.reply(403, "Missing required header")
        return self.reply(200, json.dumps(
            {"access_token": "fake-own-token", "expires_in": 3599, "token_type": "Bearer"}), "application/json")

    def iam(self, how, path, body):
        want = {"delegates": [], "scope": ["https://example.org/a", 'b"c'], "lifetime": "3600s"}
        if self.headers.get("Authorization") != "Bearer fake-own-token":
            return self.reply(401, json.dumps({"error": {"status": "UNAUTHENTICATED"}}), "application/json")
        if how == "closed":
            return self.reply(403, json.dumps({"error": {"status": "PERMISSION_DENIED"}}), "application/json")
        if path != ACCOUNT + "?alt=json%3Benum-encoding%3Dint" or json.loads(body) != want or \
                self.headers.get("Content-Type") != "application/json":
            return self.reply(400, "")
        return self.reply(200, json.dumps(
            {"accessToken": "fake-account-token", "expireTime": "2099-01-01T00:00:00.5Z"}), "application/json")

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        log.write("%s %s %s\n" % (self.command, self.path, self.headers.get("Content-Length")))
        how, path = "", self.path
        if not path.startswith(("/aws", "/gcp", "/iam")):
            how, path = path[1:].split("/", 1)
            path = "/" + path
        if path.startswith("/aws"):
            self.aws(how, path)
        elif path.startswith("/gcp"):
            self.gcp(path)
        else:
            self.iam(how, path, body)

    do_GET = do_PUT = do_POST = answer


server = http.server.ThreadingHTTPServer((sys.argv[1], 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("ready", server.server_address[1], flush=True)
sys.stdin.read()
