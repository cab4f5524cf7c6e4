# SPDX-License-Identifier: BSD-2-Clause
"""What another than apamd does that asks to take the agent's place.

replace.py refused SOCKET [USER]: it is not handed anything.
replace.py dropped SOCKET: it is handed all, and ends.
replace.py odd SOCKET: it is handed all, and then says something else.
replace.py torn SOCKET: it says that it has taken all, and ends while it writes a page.
replace.py slow SOCKET: it says so, and not that it serves, until a line is read.
replace.py unread SOCKET: it asks, and ends before it has read what it is handed.
replace.py early SOCKET: it says that it serves, and has asked for nothing."""
import os
import stat
import struct
import sys

from client import (Agent, FAILED, HANDED, KEPT, REPLACE, SIGNED, TAKEN, become,
                    fields, parse, show, wait_until)
from pages import Page, is_fresh, say_hello, sign

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


def odd(path):
    agent, got = ask(path)
    check(got)
    agent.send(REPLACE, 8, [])
    assert agent.receive() == (KEPT, 7, {})
    try:
        agent.send(TAKEN, 7, [])
    except BrokenPipeError:
        return
    raise AssertionError('it is heard although it comes too late')


def torn(path):
    reader = Agent(path, hello=False)
    assert say_hello(reader)
    page = Page(sign(reader)[1][0])
    assert page.sequence % 2 == 0
    agent, got = ask(path)
    with open(got['page.' + PROFILE], 'r+b', buffering=0) as file:
        file.write(struct.pack('<Q', page.sequence + 1))
    agent.send(TAKEN, 7, [])
    assert page.sequence % 2 == 1
    agent.socket.close()
    # It is whole again, and the same one.
    wait_until(lambda: page.sequence % 2 == 0 and not page.retired)
    sign(reader, page.serial)
    is_fresh(reader, page)


def slow(path):
    agent, got = ask(path)
    check(got)
    agent.send(TAKEN, 7, [])
    print('taken', flush=True)
    sys.stdin.readline()


def unread(path):
    Agent(path, timeout=60).send(REPLACE, 7, [])


def early(path):
    agent = Agent(path, timeout=60)
    got = agent.ask(TAKEN)
    show(got)
    assert got[0] == FAILED


if __name__ == '__main__':
    globals()[sys.argv[1]](*sys.argv[2:])
