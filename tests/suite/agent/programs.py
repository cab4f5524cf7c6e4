# SPDX-License-Identifier: BSD-2-Clause
"""Secrets of programs that take their time: each waits for a FIFO that this
script writes, and notes that it runs.

programs.py SOCKET DIRECTORY"""
import os
import select
import sys
import time

from client import Agent, CALL, FAILED, RESULT, SIGNED

PATH, DIR = sys.argv[1], sys.argv[2]


def url(profile):
    return f'https://{profile}.example.com/x'


def runs(name):
    """How often the program has begun."""
    try:
        with open(f'{DIR}/runs.{name}') as notes:
            return len(notes.readlines())
    except FileNotFoundError:
        return 0


def until(true):
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


def release(name, text):
    """The program goes on; it prints that."""
    with open(f'{DIR}/fifo.{name}', 'w') as fifo:
        fifo.write(text)


def is_quiet(agent):
    return not select.select([agent.socket], [], [], 0)[0]


def signed(got, *values):
    assert got is not None and got[0] == SIGNED, got
    headers = got[2]['header']
    for value in values:
        assert any(value.encode() in header for header in headers), headers


def others_are_answered(waiting, quick):
    waiting.sign('slow', url('slow'), wait=False)
    until(lambda: runs('slow') == 1)
    for _ in range(20):
        signed(quick.sign('quick', url('quick')), 'fake-key-of-quick')
    assert is_quiet(waiting)


def one_run_is_for_all(waiting, quick):
    """Two more requests and a call wait for the same program."""
    second = Agent(PATH, timeout=60)
    second.sign('slow', url('slow'), wait=False)
    caller = Agent(PATH, timeout=60)
    caller.send(CALL, 1, [('name', 'status'), ('profile', 'slow')])
    signed(quick.sign('quick', url('quick')))
    assert is_quiet(waiting) and is_quiet(second) and is_quiet(caller)
    release('slow', 'fake-slow-1')
    signed(waiting.receive(), 'fake-slow-1')
    signed(second.receive(), 'fake-slow-1')
    assert caller.receive()[0] == RESULT
    assert runs('slow') == 1


def a_changed_file_waits_too(quick):
    """The old one signs until the program has printed."""
    with open(f'{DIR}/apam.d/slow.conf', 'a') as profile:
        profile.write('# changed\n')
    def old():
        signed(quick.sign('slow', url('slow')), 'fake-slow-1')
        return runs('slow') == 2
    until(old)
    old()
    release('slow', 'fake-slow-2')
    until(lambda: b'fake-slow-2' in
          quick.sign('slow', url('slow'))[2]['header'][0])
    assert runs('slow') == 2


def each_program_runs_once(quick):
    """Of two, the one that is done first does not run again."""
    agent = Agent(PATH, timeout=60)
    agent.sign('two', url('two'), wait=False)
    until(lambda: runs('first') == 1 and runs('second') == 1)
    release('first', 'fake-first')
    signed(quick.sign('quick', url('quick')))
    assert is_quiet(agent)
    release('second', 'fake-second')
    signed(agent.receive(), 'fake-first', 'fake-second')
    assert runs('first') == 1 and runs('second') == 1


def a_failure_is_told_to_all():
    agents = [Agent(PATH, timeout=60) for _ in range(3)]
    for agent in agents:
        agent.sign('failing', url('failing'), wait=False)
    until(lambda: runs('failing') == 1)
    release('failing', '')
    for agent in agents:
        kind, _, got = agent.receive()
        assert kind == FAILED and b'exit status 1' in got['text'][0], got
    assert runs('failing') == 1


def who_has_no_time_is_told_so(quick):
    agent = Agent(PATH, timeout=60)
    got = agent.sign('late', url('late'), more=[('timeout', 200)])
    assert got[0] == FAILED, got
    signed(quick.sign('quick', url('quick')))
    # What it began is there for the next one.
    agent.sign('late', url('late'), wait=False)
    until(lambda: runs('late') > 0)
    release('late', 'fake-late')
    signed(agent.receive(), 'fake-late')


def main():
    quick, waiting = Agent(PATH, timeout=60), Agent(PATH, timeout=60)
    others_are_answered(waiting, quick)
    one_run_is_for_all(waiting, quick)
    a_changed_file_waits_too(quick)
    each_program_runs_once(quick)
    a_failure_is_told_to_all()
    who_has_no_time_is_told_so(quick)


if __name__ == '__main__':
    main()
