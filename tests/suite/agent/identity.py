# SPDX-License-Identifier: BSD-2-Clause
"""Clients that have to prove which process they are: identity.py PART SOCKET.
A part ends with an exception where the agent does not do what it should."""
import os
import signal
import sys

from client import Agent, CALL, FAILED, PROOF, PROVE, SIGNED

URL = 'https://unit.example.com/x'


def asked(path, count=1):
    """Ask for signatures; the nonce of the one question that comes first."""
    agent = Agent(path)
    for _ in range(count):
        agent.sign('unit', URL, wait=False)
    kind, _, got = agent.receive()
    assert kind == PROVE and len(got['nonce'][0]) == 16, (kind, got)
    return agent, got['nonce'][0]


def proves(path):
    """One proof for all that wait, and for those after it."""
    agent, nonce = asked(path, 3)
    agent.send(PROOF, 0, [('nonce', nonce)])
    for _ in range(3):
        kind, _, got = agent.receive()
        assert kind == SIGNED, got
    kind, _, got = agent.sign('unit', URL)
    assert kind == SIGNED, got


def not_needed(path):
    """Nothing is to be proved where no rule has a service."""
    kind, _, got = Agent(path).sign('plain', 'https://plain.example.com/x')
    assert kind == SIGNED, got


def is_closed(agent):
    got = agent.receive()
    while got is not None and got[0] == FAILED:
        got = agent.receive()
    assert got is None, got


def says_nothing(path):
    agent, _ = asked(path)
    is_closed(agent)


def proves_another(path):
    agent, nonce = asked(path)
    agent.send(PROOF, 0, [('nonce', bytes([nonce[0] ^ 1]) + nonce[1:])])
    is_closed(agent)


def proves_unasked(path):
    agent = Agent(path)
    agent.send(PROOF, 0, [('nonce', bytes(16))])
    is_closed(agent)


def proves_twice(path):
    agent, nonce = asked(path)
    agent.send(PROOF, 0, [('nonce', nonce)])
    assert agent.receive()[0] == SIGNED
    agent.send(PROOF, 0, [('nonce', nonce)])
    is_closed(agent)


def has_a_child_prove(path):
    """As one does that connects, forks, and becomes a program that may."""
    agent, nonce = asked(path)
    if os.fork() == 0:
        agent.send(PROOF, 0, [('nonce', nonce)])
        os._exit(0)
    os.wait()
    is_closed(agent)


def goes_before_it_is_asked(path):
    """The question finds nobody; all others are served."""
    for kind in 'sign', 'call':
        agent = Agent(path)
        pid = agent.process()
        os.kill(pid, signal.SIGSTOP)
        if kind == 'sign':
            agent.sign('unit', URL, wait=False)
        else:
            agent.send(CALL, 1, [('name', 'status'), ('profile', 'plain')])
        agent.socket.close()
        os.kill(pid, signal.SIGCONT)
        not_needed(path)


globals()[sys.argv[1]](*sys.argv[2:])
