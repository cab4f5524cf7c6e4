# SPDX-License-Identifier: BSD-2-Clause
"""What clients of the agent do, and should not: peers.py PART SOCKET ARGS.  A part
ends with an exception where the agent does not do what it should."""
import hashlib
import struct
import sys
import time

from client import (Agent, CANCEL, DIGEST, FAILED, FRAME_MAX, HELLO, JUDGED,
                    SIGN, SIGNED, TOO_SLOW, WELCOME, become, frame, is_flooded,
                    items, parse)

USAGE = 0x100
BODY_BYTES, BODY_DIGESTS, BODY_UNKNOWN = 1, 2, 4
SHA256 = 1
REJECTED = 2
DOUBT_SECONDS = 10
BODY = 'https://body.example.com/upload'
OWN = 'https://own.example.com/x'


def digest(path):
    """The body stays with the client: a digest of it is asked for."""
    agent = Agent(path)
    kind, number, got = agent.sign('body', BODY, 'POST',
                                   [('body', BODY_BYTES)])
    assert (kind, got.get('hash')) == (DIGEST, [SHA256]), (kind, got)
    sum256 = bytes([SHA256]) + hashlib.sha256(b'a body').digest()
    kind, again, got = agent.sign(
        'body', BODY, 'POST', [('body', BODY_BYTES), ('digest', sum256)],
        number=number)
    assert (kind, again) == (SIGNED, number), (kind, got)
    # Where digests are all that the client has, no other is asked for.
    kind, _, got = agent.sign('body', BODY, 'POST', [('body', BODY_DIGESTS)])
    assert kind == FAILED and b'body is not known' in got['text'][0], got
    kind, _, got = agent.sign('body', BODY, 'POST', [('body', BODY_UNKNOWN)])
    assert kind == FAILED and b'body is not known' in got['text'][0], got


def pipelined(path):
    """Many requests before the first answer is read; all answers, by id."""
    agent = Agent(path)
    sent = [agent.sign('body', BODY, wait=False) for _ in range(200)]
    got = {agent.receive()[1] for _ in sent}
    assert got == set(sent), got


def unknown_type(path):
    """A message of a later version's: refused, and the connection goes on."""
    agent = Agent(path)
    kind, _, got = agent.ask(60)
    assert kind == FAILED and got['status'] == [USAGE], (kind, got)
    assert agent.sign('own', OWN)[0] == SIGNED


def dropped(agent):
    """The agent says why, of no request, and closes."""
    got = agent.receive()
    while got is not None:
        assert got[0] == FAILED and got[2]['text'], got
        got = agent.receive()


def no_hello(path):
    agent = Agent(path, hello=False)
    agent.send(SIGN, 1, [('profile', 'own'), ('method', 'GET'), ('url', OWN)])
    dropped(agent)


def hello_twice(path):
    agent = Agent(path)
    agent.send(HELLO, 9, [('min', 1), ('max', 1), ('library', '0'),
                          ('program', 'x')])
    dropped(agent)


def request(number):
    return frame(SIGN, number, items([('profile', 'own'), ('method', 'GET'),
                                      ('url', OWN)]))


def greeting():
    return frame(HELLO, 0, items([('min', 1), ('max', 1), ('library', '0'),
                                  ('program', 'x')]))


def together(path):
    """A request in HELLO's packet: its answer is in WELCOME's."""
    agent = Agent(path, hello=False)
    agent.socket.send(greeting() + request(7))
    packet = agent.socket.recv(FRAME_MAX)
    size = struct.unpack('<I', packet[:4])[0]
    assert parse(packet[:size])[:2] == (WELCOME, 0), packet
    assert parse(packet[size:])[:2] == (SIGNED, 7), packet


def two_requests(path):
    """Nothing but a greeting has a frame behind it; neither is served."""
    agent = Agent(path)
    agent.socket.send(request(1) + request(2))
    dropped(agent)
    agent = Agent(path, hello=False)
    agent.socket.send(greeting() + request(1) + request(2))
    assert parse_first(agent.socket.recv(FRAME_MAX)) == WELCOME
    assert agent.receive() is None


def parse_first(packet):
    return parse(packet[:struct.unpack('<I', packet[:4])[0]])[0]


def garbage(path):
    for packet in (b'x', b'GET / HTTP/1.1\r\n\r\n', bytes(24),
                   frame(SIGN, 1, b'\xff' * 64), frame(SIGN, 1, b''),
                   frame(SIGN, 1, items([('profile', 'own')]))):
        agent = Agent(path)
        agent.socket.send(packet)
        dropped(agent)


def spoils(path, user, count):
    """That user's connections, each of which the agent drops with a line of its
    log."""
    become(int(user))
    for _ in range(int(count)):
        agent = Agent(path)
        agent.socket.send(b'x')
        dropped(agent)


def not_ended_parts(path):
    """Parts without an end are refused when they are too many."""
    agent = Agent(path)
    part = items([('header', b'x\0' + b'y' * 1000)])
    try:
        for _ in range(17):
            agent.socket.send(frame(SIGN, 1, part, more=True))
    except (BrokenPipeError, ConnectionResetError):
        return
    dropped(agent)


# ---- One credential for all -------------------------------------------------


def cold(path, profile, url):
    """64 clients at once, none of which finds a credential."""
    agents = [Agent(path) for _ in range(64)]
    for agent in agents:
        agent.sign(profile, url, wait=False)
    got = [agent.receive() for agent in agents]
    assert {kind for kind, _, _ in got} == {SIGNED}, got
    assert len({what['generation'][0] for _, _, what in got}) == 1, got


def generation(agent, profile, url, more=()):
    kind, _, got = agent.sign(profile, url, more=more)
    assert kind == SIGNED, got
    return got['generation'][0]


def judge(agent, profile, url, number):
    """As a client says that the provider refused it; no answer."""
    agent.send(JUDGED, 0, [
        ('profile', profile), ('method', 'GET'), ('url', url),
        ('http_status', 401), ('generation', number), ('credential', number),
        ('entries', 1), ('verdict', REJECTED)])


def doubted(path, profile, url):
    """Who doubts waits for another one; others go on meanwhile.  Who doubts again
    within ten seconds is not believed, and has the same one at once.  Prints how
    many there were: more than one where this machine took longer than that."""
    one, other = Agent(path), Agent(path)
    at_first = generation(one, profile, url)
    for _ in range(20):
        begun = time.monotonic()
        first = generation(one, profile, url)
        asked = one.sign(profile, url, more=[('rejected', first)], wait=False)
        assert generation(other, profile, url) >= first
        kind, number, got = one.receive()
        assert (kind, number) == (SIGNED, asked), got
        second = got['generation'][0]
        assert second > first, got
        judge(one, profile, url, second)
        third = generation(one, profile, url, [('rejected', second)])
        if time.monotonic() - begun < DOUBT_SECONDS:
            break
        time.sleep(DOUBT_SECONDS)
    assert third == second, (second, third)
    print(third - at_first)


def judged_by_stranger(path, profile, url, user):
    first = generation(Agent(path), profile, url)
    become(int(user))
    agent = Agent(path)
    for number in range(first - 2, first + 2):
        judge(agent, profile, url, number)
    kind, _, got = agent.sign(profile, url)
    assert kind == FAILED and b'no rule for user' in got['text'][0], got


def cancelled(path, profile, url):
    """A request that is given up is not answered; the next one is."""
    agent = Agent(path)
    first = agent.sign(profile, url, wait=False)
    agent.send(CANCEL, first, [])
    kind, number, _ = agent.sign('nothing-of-this-name', url)
    assert kind == FAILED and number != first, (kind, number)


def gone_meanwhile(path, profile, url):
    for _ in range(20):
        agent = Agent(path)
        for _ in range(5):
            agent.sign(profile, url, wait=False)
        agent.socket.close()


def too_many(path, profile, url):
    """One user may have so many requests wait, and no more."""
    agent = Agent(path)
    for _ in range(1100):
        agent.sign(profile, url, wait=False)
    kind, _, got = agent.receive()
    assert kind == FAILED, got
    assert b'too many requests of user ' in got['text'][0], got


# ---- Too much -----------------------------------------------------------------


def until_dropped(agent, step):
    """Do it until the agent has closed, for some minutes at most."""
    end = time.monotonic() + 240
    while time.monotonic() < end:
        try:
            step()
        except (BrokenPipeError, ConnectionResetError):
            return
    raise AssertionError('it was not dropped')


def floods(path):
    agent = Agent(path)
    packet = frame(CANCEL, 1, b'')
    if not is_flooded(lambda: agent.socket.send(packet), 1):
        print(TOO_SLOW)


def reads_nothing(path):
    """Answers pile up; the agent hears nothing more then, and lets go."""
    agent = Agent(path)
    agent.socket.setblocking(False)
    packet = frame(SIGN, 7, items([('profile', 'own'), ('method', 'GET'),
                                   ('url', OWN)]))

    def step():
        try:
            agent.socket.send(packet)
        except BlockingIOError:
            time.sleep(0.01)

    until_dropped(agent, step)


def never_ends_a_message(path):
    """Parts that come slowly: few, but without an end."""
    agent = Agent(path)
    agent.socket.send(frame(SIGN, 1, items([('profile', 'own')]), more=True))
    dropped(agent)


globals()[sys.argv[1]](*sys.argv[2:])
