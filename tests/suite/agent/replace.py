# SPDX-License-Identifier: BSD-2-Clause
"""What another than apamd does that asks to take the agent's place.

replace.py refused SOCKET [USER]: it is not handed anything.
replace.py dropped SOCKET: it is handed all, and ends.
replace.py silent SOCKET: it is handed all, and then says nothing.
replace.py odd SOCKET: it is handed all, and then says something else.
replace.py early SOCKET: it says that it serves, and has asked for nothing."""
import os
import stat
import sys

from client import (Agent, FAILED, HANDED, REPLACE, SIGNED, TAKEN, become,
                    fields, parse, show)

PROFILE, URL = 'paged', 'https://paged.example.com/x'


def ask(path):
    """All that is handed over: descriptors by name."""
    agent = Agent(path, timeout=60)
    agent.send(REPLACE, 7, [])
    got = {}
    while True:
        packet, descriptors = agent.descriptors()
        kind, number, more, body = parse(packet)
        assert (kind, number, more) == (HANDED, 7, False), (kind, fields(body))
        name = fields(body).get('name')
        if name is None:
            assert not descriptors
            return agent, got
        assert len(descriptors) == 1, (name, descriptors)
        got[name[0].decode()] = descriptors[0]


def refused(path, user=None):
    if user:
        become(int(user))
    agent = Agent(path, timeout=60)
    got = agent.ask(REPLACE)
    show(got)
    assert got[0] == FAILED
    # It is a client as any other after that.
    assert agent.sign(PROFILE, URL)[0] in (SIGNED, FAILED)


def check(got):
    socket, lock = got.pop('agent.socket'), got.pop('agent.lock')
    assert stat.S_ISSOCK(os.fstat(socket).st_mode)
    assert stat.S_ISREG(os.fstat(lock).st_mode)
    assert all(name == 'page.' + PROFILE for name in got), got


def dropped(path):
    agent, got = ask(path)
    check(got)
    agent.socket.close()


def ended(agent):
    """The agent has closed it; what it was told after that is not heard."""
    assert agent.receive() is None


def silent(path):
    agent, got = ask(path)
    check(got)
    ended(agent)


def odd(path):
    agent, got = ask(path)
    check(got)
    agent.send(REPLACE, 8, [])
    ended(agent)


def early(path):
    agent = Agent(path, timeout=60)
    got = agent.ask(TAKEN)
    show(got)
    assert got[0] == FAILED


if __name__ == '__main__':
    globals()[sys.argv[1]](*sys.argv[2:])
