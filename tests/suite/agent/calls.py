# SPDX-License-Identifier: BSD-2-Clause
"""Calls through the agent by a client that owes nothing to libapam:
calls.py PART SOCKET [ARGUMENTS].  A part ends with an exception where the agent
does not do what it should."""
import os
import signal
import struct
import sys
import time
from http.client import HTTPConnection

from client import (Agent, CALL, CANCEL, FAILED, RESULT, SIGN, SIGNED, TOO_SLOW,
                    become, caller, frame, is_flooded, items)

USAGE, NO_PROFILE, POLICY, DEADLINE = 0x100, 0x101, 0x403, 0x301
GOOD = 1


def row(data):
    """A row's items: a dict by tag, numbers where there are 8 bytes."""
    out = {}
    while data:
        tag, _, n = struct.unpack('<HHI', data[:8])
        value = data[8:8 + n]
        out[tag] = struct.unpack('<Q', value)[0] if n == 8 else value
        data = data[8 + n + 8 - n % 8:]
    return out


def call(agent, name, profile='', *arguments):
    agent.last += 1
    agent.send(CALL, agent.last, [('name', name)] +
               ([('profile', profile)] if profile else []) +
               [('argument', a) for a in arguments])
    kind, number, got = agent.receive()
    assert number == agent.last, (number, agent.last)
    return kind, got


def refused(agent, status, text, name, profile='', *arguments):
    kind, got = call(agent, name, profile, *arguments)
    assert kind == FAILED and got['status'] == [status], (name, kind, got)
    assert text in got['text'][0], (name, got)


def brought(agent, name, profile='', *arguments):
    kind, got = call(agent, name, profile, *arguments)
    assert kind == RESULT, (name, kind, got)
    return [row(r) for r in got.get('row', [])]


def wrong(path):
    agent = Agent(path)
    refused(agent, USAGE, b'does not know this call', 'fly', 'live')
    refused(agent, NO_PROFILE, b'there is no profile none', 'status', 'none')
    refused(agent, NO_PROFILE, b"a profile's name", 'status')
    refused(agent, USAGE, b'a method and a URL', 'explain', 'live')


def check(path):
    """By root: the key is good, and so says the status."""
    agent = Agent(path)
    got = brought(agent, 'check', 'live')
    assert len(got) == 1 and got[0][2] == GOOD, got
    got = brought(agent, 'status', 'live')
    assert got[0][3] == GOOD and got[0][9] == 1 and got[0][11] > 0, got


def shared_check(path, users, each):
    """Many of several users ask at once, and each has the answer."""
    pids = []
    for user in users.split(','):
        for _ in range(int(each)):
            pid = os.fork()
            if pid == 0:
                become(int(user))
                agent = Agent(path)
                got = brought(agent, 'check', 'live')
                os._exit(0 if got[0][2] == GOOD else 1)
            pids.append(pid)
    ends = [os.waitpid(pid, 0)[1] for pid in pids]
    assert not any(ends), ends


def explain(path, user):
    """Each hears what the rules give it, and nobody what they give others."""
    become(int(user))
    agent = Agent(path)
    got = brought(agent, 'explain', 'live', 'method=GET', 'url=' + os.environ[
        'LIVE_URL'])
    assert got[0][1] == 1 and got[0][2] == 1 and got[0][3] == 2, got


def explain_for(path, user, other, profile, url):
    """What the rules give somebody else, as this user hears it."""
    become(int(user))
    kind, _, got = Agent(path).ask(
        CALL, name='explain', profile=profile, argument='method=GET',
        caller=caller(int(other)))
    assert kind == FAILED and b'needs a method and a URL' in got['text'][0], got
    agent = Agent(path)
    agent.send(CALL, 1, [('name', 'explain'), ('profile', profile),
                         ('argument', 'method=GET'), ('argument', 'url=' + url),
                         ('caller', caller(int(other)))])
    kind, _, got = agent.receive()
    if kind == FAILED:
        print(got['text'][0].decode())
    else:
        said = row(got['row'][0])
        print('given' if said.get(2) else said[6].decode())
    kind, _, got = agent.ask(CALL, name='status', profile=profile,
                             caller=caller(int(other)))
    assert kind == FAILED and b'nobody else' in got['text'][0], got


def stranger(path, user):
    """One whom no rule names is told that."""
    become(int(user))
    agent = Agent(path)
    for name in 'check', 'status', 'keys', 'explain', 'revoke':
        refused(agent, POLICY, b'no rule of the profile names user ' +
                user.encode(), name, 'live', 'method=GET',
                'url=' + os.environ['LIVE_URL'])
    assert brought(agent, 'keys') == []


def not_for_all(path, user):
    """One who is named may not change what all use."""
    become(int(user))
    agent = Agent(path)
    assert len(brought(agent, 'status', 'live')) == 1
    refused(agent, POLICY, b'alone may revoke it', 'revoke', 'live')


def sign_as(path, user, program):
    become(int(user))
    agent = Agent(path, hello=False)
    agent.ask(1, min=1, max=1, program=program)
    kind, _, got = agent.sign('live', os.environ['LIVE_URL'])
    assert kind == SIGNED, got


def uses(path, *wanted):
    """Exactly these, each "USER PROGRAM", used just now."""
    agent = Agent(path)
    got = brought(agent, 'keys', 'live')
    found = sorted('%d %s' % (r.get(5, 0), r[3].decode()) for r in got)
    assert found == sorted(wanted), (found, wanted)
    now = time.time()
    assert all(r[1] == b'live' and now - 60 <= r[6] <= now + 1 and r[7] >= 1
               for r in got), got


def revoke(path):
    """By root: the credential is gone, whatever the provider says."""
    agent = Agent(path)
    assert brought(agent, 'status', 'live')[0][9] == 1
    got = brought(agent, 'revoke', 'live')
    assert len(got) == 1 and got[0][7] == 1, got
    assert brought(agent, 'status', 'live')[0].get(9, 0) == 0


def cancelled(path):
    """A check whose client has gone, or wants no answer, hurts nobody."""
    agent = Agent(path)
    agent.last += 1
    agent.send(CALL, agent.last, [('name', 'check'), ('profile', 'live')])
    agent.send(CANCEL, agent.last, [])
    gone = Agent(path)
    gone.send(CALL, 1, [('name', 'check'), ('profile', 'live')])
    gone.socket.close()
    assert len(brought(agent, 'status', 'live')) == 1
    got = brought(agent, 'check', 'live')
    assert len(got) == 1 and got[0][2] == GOOD, got


def hasty(path, user, control):
    """One who has little time takes none from the others, who wait for the same.
    The provider does not answer before it is told to."""
    pid = os.fork()
    if pid == 0:
        become(int(user))
        agent = Agent(path)
        agent.send(CALL, 1, [('name', 'check'), ('profile', 'live'),
                             ('timeout', 1)])
        kind, _, got = agent.receive()
        assert kind == FAILED and got['status'] == [DEADLINE], (kind, got)
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    agent = Agent(path)
    agent.send(CALL, 1, [('name', 'check'), ('profile', 'live')])
    http = HTTPConnection('127.0.0.1', int(control))
    http.request('POST', '/clear')
    assert http.getresponse().status == 200
    kind, _, got = agent.receive()
    assert kind == RESULT and row(got['row'][0])[2] == GOOD, (kind, got)


def patient(path, user):
    """What all wait for does not take as long as one of them would wait: an hour,
    and so for ever here."""
    become(int(user))
    agent = Agent(path)
    kind, _, got = agent.sign('live', os.environ['LIVE_URL'],
                              more=[('timeout', 3600000)])
    assert kind == FAILED, got


def work_of(pid):
    """How long a process has worked, in seconds: of what others do beside it on
    the same machine it says nothing."""
    with open('/proc/%d/stat' % pid) as stat:
        user, system = stat.read().rpartition(')')[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf('SC_CLK_TCK')


def ask_without_end(path, user, ready, go):
    """Of many connections, about as much as there is to tell."""
    become(user)
    for i in range(128):
        agent = Agent(path, hello=False)
        agent.ask(1, min=1, max=1, program='program %d' % i)
        agent.sign('live', os.environ['LIVE_URL'])
    crowd = [Agent(path).socket for _ in range(100)]
    keys = frame(CALL, 7, items([('name', 'keys')]))
    os.write(ready, b'.')
    os.read(go, 1)
    for one in crowd:
        one.setblocking(False)
    while True:
        for one in crowd:
            try:
                while True:
                    one.send(keys)
            except BlockingIOError:
                pass
            try:
                while True:
                    one.recv(65536)
            except BlockingIOError:
                pass


def crowded(path, user, other):
    """Many connections of one user cost no other user more than a little of the
    agent's time: 2 ms, and a message's, for each 64 of those connections.  Without
    that limit it is eight messages for each connection."""
    ready, to = os.pipe()
    go, begin = os.pipe()
    one = Agent(path)
    agent = one.process()
    pids = []
    for _ in range(3):
        pid = os.fork()
        if pid == 0:
            ask_without_end(path, int(user), to, go)
        pids.append(pid)
    for _ in pids:
        assert os.read(ready, 1) == b'.'
    before = work_of(agent)
    for _ in range(100):
        brought(one, 'keys')
    message = (work_of(agent) - before) / 100
    os.write(begin, b'...')
    victim = os.fork()
    if victim == 0:
        become(int(other))
        for _ in range(20):
            before = work_of(agent)
            assert Agent(path).sign('live', os.environ['LIVE_URL'])[0] == SIGNED
            took = work_of(agent) - before
            assert took < 0.2 + 100 * message, (took, message)
        os._exit(0)
    how = os.waitpid(victim, 0)[1]
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert how == 0, how


def fills(path, user):
    """Messages that never end, on many connections, fill no memory."""
    agent = Agent(path)
    pid = agent.process()
    part = frame(SIGN, 2, items([('header', 'X\0' + 'v' * 60000)]), True)
    child = os.fork()
    if child == 0:
        become(int(user))
        crowd = []
        for _ in range(200):
            crowd.append(Agent(path))
            try:
                for _ in range(15):
                    crowd[-1].socket.send(part)
            except OSError:
                pass
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert len(brought(agent, 'status', 'live')) == 1
    with open('/proc/%d/status' % pid) as status:
        peak = next(line for line in status if line.startswith('VmHWM'))
    assert int(peak.split()[1]) < 150000, peak


def floods(path, user):
    """The call by which it is dropped would have waited; others are served."""
    become(int(user))
    call = frame(CALL, 7, items([('name', 'check'), ('profile', 'live')]))
    cancel = frame(CANCEL, 7, b'')
    for before in b'', cancel:
        agent = Agent(path)
        if before:
            agent.socket.send(before)
        if not is_flooded(lambda: (agent.socket.send(call),
                                   agent.socket.send(cancel)), 2):
            print(TOO_SLOW)
        assert len(brought(Agent(path), 'status', 'live')) == 1


if __name__ == '__main__':
    globals()[sys.argv[1]](*sys.argv[2:])
