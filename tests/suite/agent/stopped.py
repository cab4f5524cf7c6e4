# SPDX-License-Identifier: BSD-2-Clause
"""Clients of an agent that stands still for longer than any of them may be
silent: stopped.py SOCKET SCRAPE_SOCKET SHORTEST LONGEST; the last are the limits
in seconds.  What they did meanwhile was in time: none is dropped, and each is
answered.  It ends with an exception where one is."""
import os
import select
import signal
import socket
import sys
import time

from client import (Agent, HELLO, PROOF, PROVE, SIGN, SIGNED, WELCOME, frame,
                    items, wait_until)

# More than the agent hears of in one turn: those after it are heard when it has
# looked whose time is over.
CROWD = 200
OWN = [('profile', 'own'), ('method', 'GET'),
       ('url', 'https://own.example.com/x')]
SCRAPE = b'GET /metrics HTTP/1.0\r\n\r\n'
UNIT = [('profile', 'unit'), ('method', 'GET'),
        ('url', 'https://unit.example.com/x')]


def state(pid):
    with open('/proc/%d/stat' % pid) as f:
        return f.read().rpartition(')')[2].split()[0]


def hello(agent):
    agent.send(HELLO, 1, [('min', 1), ('max', 1), ('library', '0.1.0'),
                          ('program', 'stopped.py')])


def begin_message(path):
    """It has sent half of one, which the agent has read."""
    agent = Agent(path)
    agent.socket.send(frame(SIGN, 2, items(OWN), more=True))
    wait_until(agent.is_heard)
    return agent


def leave_unread(path, pid):
    """The agent sleeps and does not hear it: it has answers that its socket does
    not take.  Returns how many answers there are to be, too."""
    agent = Agent(path)
    agent.socket.setblocking(False)
    sent = 0
    while True:
        try:
            agent.send(SIGN, 2, OWN)
            sent += 1
        except BlockingIOError:
            before = state(pid)
            if not agent.is_heard() and before == 'S' and not select.select(
                    [], [agent.socket], [], 0.5)[1] and state(pid) == 'S':
                break
    agent.socket.settimeout(120)
    return agent, sent


def asked_for_proof(path):
    agent = Agent(path)
    agent.send(SIGN, 2, UNIT)
    kind, _, got = agent.receive()
    assert kind == PROVE, (kind, got)
    return agent, got['nonce'][0]


def scraper(path):
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    one.settimeout(120)
    one.connect(path)
    return one


def read_to_end(one):
    got = b''
    while True:
        part = one.recv(65536)
        if not part:
            return got
        got += part


def answered(agent, kind, what):
    got = agent.receive()
    assert got is not None and got[0] == kind, (what, got)


class Clients:
    """Each owes the agent something, or leaves something unread."""

    def __init__(self, path, metrics, pid):
        self.slow, self.answers = leave_unread(path, pid)
        self.crowd = [Agent(path, hello=False) for _ in range(CROWD)]
        self.half = begin_message(path)
        self.proving, self.nonce = asked_for_proof(path)
        self.scraper = scraper(metrics)
        # Who is answered after them was taken after them.
        after = scraper(metrics)
        after.send(SCRAPE)
        assert b'# EOF' in read_to_end(after)

    def close(self):
        for one in self.slow, self.half, self.proving, *self.crowd:
            one.socket.close()
        self.scraper.close()


def clients(path, metrics, pid, seconds):
    """They are as they should be before the first of them is late."""
    for _ in range(20):
        begun = time.monotonic()
        them = Clients(path, metrics, pid)
        if time.monotonic() - begun < seconds / 2:
            return them
        them.close()
    raise AssertionError('this machine is too slow')


def meanwhile(them):
    for one in them.crowd:
        hello(one)
    them.half.socket.send(frame(SIGN, 2, items([])))
    them.proving.send(PROOF, 0, [('nonce', them.nonce)])
    them.scraper.send(SCRAPE)
    while not them.slow.is_read():
        answered(them.slow, SIGNED, 'who has not read')
        them.answers -= 1


def main(path, metrics, shortest, longest):
    pid = Agent(path).process()
    them = clients(path, metrics, pid, float(shortest))
    os.kill(pid, signal.SIGSTOP)
    try:
        wait_until(lambda: state(pid) == 'T')
        meanwhile(them)
        time.sleep(float(longest) + 1.5)
    finally:
        os.kill(pid, signal.SIGCONT)
    for one in them.crowd:
        answered(one, WELCOME, 'who said hello')
    answered(them.half, SIGNED, 'who ended its message')
    answered(them.proving, SIGNED, 'who proved')
    assert b'# EOF' in read_to_end(them.scraper)
    for _ in range(them.answers):
        answered(them.slow, SIGNED, 'who has read')


main(*sys.argv[1:])
