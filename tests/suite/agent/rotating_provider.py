# SPDX-License-Identifier: BSD-2-Clause
"""A provider whose refresh tokens rotate (RFC 6749, 6): each is good once.  It
prints its port.  Where the file HOLD is there, a refresh waits until it is gone,
having taken the token; LOG has a line for each.  People log in by a code (RFC
8628), which is granted at once.

rotating_provider.py HOLD LOG [LENIENT]: with a third argument a token is taken
again while nobody has sent its successor, as many providers do, and an answer takes
so many ms at most.  Lines then have the client's secret, which says who sent it.

With ROTATING_DETECTS in the environment, what a login brings lives for so many
seconds, and a token that comes again ends all of that login, as detection of
reuse does; GET answers the number of the login to an access token of it."""""
import http.server
import json
import os
import random
import sys
import threading
import time
import urllib.parse

hold, log = sys.argv[1:3]
lenient_ms = int(sys.argv[3]) if len(sys.argv) > 3 else None
detects = os.environ.get('ROTATING_DETECTS')
current = [0]
answers = [0]
logins = {}  # access token -> the login that it is of; the last one is good
lock = threading.Lock()


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

    def do_GET(self):
        word = self.headers.get('Authorization', '')
        login = logins.get(word.removeprefix('Bearer '))
        if login is None or login != logins.get('good'):
            self.say(401, {'error': 'invalid_token'})
        else:
            self.say(200, {'login': login})

    def do_POST(self):
        size = int(self.headers.get('Content-Length', '0'))
        form = dict(urllib.parse.parse_qsl(self.rfile.read(size).decode()))
        if self.path == '/device':
            self.say(200, {'device_code': 'fake-device', 'user_code': 'FAKE-1',
                           'verification_uri': 'https://idp.example/enter',
                           'interval': 1, 'expires_in': 60})
            return
        with lock:
            answer = self.take(form.get('refresh_token'), form)
        while os.path.exists(hold):
            time.sleep(0.01)
        if lenient_ms is not None:
            time.sleep(random.uniform(0, lenient_ms / 1000))
        self.say(*answer)

    def take(self, given, form):
        """What to answer to a refresh, or, without a token, to a login."""
        known = f'fake-refresh-{current[0]}'
        again = lenient_ms is not None and \
            given == f'fake-refresh-{current[0] - 1}'
        by = ' by ' + form['client_secret'] if 'client_secret' in form else ''
        if given is not None and given != known and not again:
            self.note('refused ' + given + by)
            logins['good'] = None
            current[0] += 1 if detects else 0
            return 400, {'error': 'invalid_grant'}
        if not again:
            current[0] += 1
        answers[0] += 1
        access = f'fake-access-{answers[0]}'
        if given is None:
            logins['good'] = answers[0]
        logins[access] = logins.get('good')
        if given is not None:
            self.note(('again ' if again else 'spent ') + given + by +
                      (' for ' + access if by else ''))
        return 200, {'access_token': access, 'token_type': 'Bearer',
                     'expires_in': int(detects) if detects and given is None
                     else 3600,
                     'refresh_token': f'fake-refresh-{current[0]}'}

    def note(self, text):
        with open(log, 'a') as to:
            to.write(text + '\n')


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
