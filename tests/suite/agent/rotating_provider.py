# SPDX-License-Identifier: BSD-2-Clause
"""A provider whose refresh tokens rotate (RFC 6749, 6): each is good once.  It
prints its port.  Where the file HOLD is there, a refresh waits until it is gone,
having taken the token; LOG has a line for each.  People log in by a code (RFC
8628), which is granted at once."""
import http.server
import json
import os
import sys
import time
import urllib.parse

hold, log = sys.argv[1:3]
current = [0]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *unused):
        pass

    def say(self, status, answer):
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        size = int(self.headers.get('Content-Length', '0'))
        form = dict(urllib.parse.parse_qsl(self.rfile.read(size).decode()))
        if self.path == '/device':
            self.say(200, {'device_code': 'fake-device', 'user_code': 'FAKE-1',
                           'verification_uri': 'https://idp.example/enter',
                           'interval': 1, 'expires_in': 60})
            return
        given = form.get('refresh_token')
        if given is not None and given != f'fake-refresh-{current[0]}':
            self.note('refused ' + given)
            self.say(400, {'error': 'invalid_grant'})
            return
        current[0] += 1
        if given is not None:
            self.note('spent ' + given)
            while os.path.exists(hold):
                time.sleep(0.01)
        self.say(200, {'access_token': f'fake-access-{current[0]}',
                       'token_type': 'Bearer', 'expires_in': 3600,
                       'refresh_token': f'fake-refresh-{current[0]}'})

    def note(self, text):
        with open(log, 'a') as to:
            to.write(text + '\n')


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
