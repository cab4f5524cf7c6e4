# SPDX-License-Identifier: BSD-2-Clause
"""One of two agents is killed, or stands still, while the other one takes its
place: one of them serves then, and only one.

halted.py HALT APAMD CONFIG FOLDER kill CALLS: killed at each step of either, before
and after each call of the system that CALLS names (tests/apamd/halt.c).
halted.py HALT APAMD CONFIG FOLDER stop CALLS: stands still for longer than the
other waits, after each call likewise; "some": when all is handed over, and nobody
has said that it is taken.
halted.py HALT APAMD CONFIG FOLDER random COUNT: killed COUNT times at any moment."""
import concurrent.futures
import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time

from client import Agent, SIGNED, wait_until

PROFILE, URL = 'paged', 'https://paged.example.com/x'
FROM = {'old': 'accept4', 'new': 'connect'}
HANDOVER = 10  # seconds, as HANDOVER_MS
AT_ONCE = 8


class Process:
    """An agent, which may be halted at a step."""

    def __init__(self, run, more=(), halt=None):
        self.steps, self.halted, self.ended = [], False, False
        self.traced = halt is not None
        self.log = open(run.path + '.log', 'ab')
        command = [run.apamd, '-c', run.config, '--socket', run.path, *more]
        environment = dict(os.environ)
        if self.traced:
            command = [run.halt, *halt, *command]
            # It cannot look for leaks then.
            environment['ASAN_OPTIONS'] = ':'.join(
                filter(None, [os.environ.get('ASAN_OPTIONS'), 'detect_leaks=0']))
        self.popen = subprocess.Popen(command, stderr=self.log, text=True,
                                      stdout=subprocess.PIPE, env=environment)
        self.pid = self.popen.pid
        if self.traced:
            self.pid = int(self.popen.stdout.readline().split()[1])
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.popen.stdout:
            if line.startswith('step '):
                self.steps.append(line[5:].strip())
            self.halted = self.halted or line.startswith('halted')
        self.popen.wait()
        self.ended = True

    def sent(self):
        """How many messages it has sent."""
        return self.steps.count('after sendmsg')

    def kill(self):
        if not self.ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        wait_until(lambda: self.ended)
        self.log.close()


class Run:
    """An agent, and another one that takes its place."""
    number = 0

    def __init__(self, halt, apamd, config, folder):
        Run.number += 1
        self.halt, self.apamd, self.config = halt, apamd, config
        self.path = f'{folder}/agent.{Run.number}'
        self.old = self.new = None

    def start(self, side='', *halt):
        """`side` is the one that is halted."""
        def of(one):
            return (FROM[side], *map(str, halt)) if one == side else None
        self.old = Process(self, (), of('old'))
        wait_until(lambda: self.says('serves at'))
        self.new = Process(self, ['--replace'], of('new'))
        return self

    def says(self, text):
        with open(self.path + '.log') as log:
            return text in log.read()

    def signs(self, one):
        """This one of the two does, soon."""
        def does():
            assert not one.ended, 'it has ended'
            try:
                agent = Agent(self.path, timeout=60)
                assert agent.sign(PROFILE, URL)[0] == SIGNED
                return True
            except (OSError, TypeError):
                return False  # it was connected to the one that was killed
        wait_until(does)

    def end(self):
        for one in filter(None, (self.old, self.new)):
            one.kill()
        for name in (self.path, self.path + '.lock', self.path + '.log'):
            if os.path.exists(name):
                os.remove(name)

    def show(self):
        with open(self.path + '.log') as log:
            print(log.read())


def in_run(of, *args):
    """What of(run, ...) returns; all is gone then."""
    run = Run(*PLACE)
    try:
        return of(run, *args)
    except BaseException:
        print(of.__name__, args)
        if run.old:
            run.show()
        raise
    finally:
        run.end()


def steps_of(run, side, calls):
    """Those of a replacement without a halt, and how many messages it sends.

    Once the new one has said that it serves, the old one need not be there."""
    run.start(side, calls, -1, 'kill')
    wait_until(lambda: run.old.ended)
    run.signs(run.new)
    steps = list((run.old if side == 'old' else run.new).steps)
    if side == 'new':
        sends = [i for i, step in enumerate(steps) if step == 'before sendmsg']
        # HELLO with REPLACE, TAKEN, SERVES; then it signs.
        steps = steps[:sends[2] + 1]
    return steps


def kill(run, side, calls, step):
    """True if it was killed there."""
    run.start(side, calls, step, 'kill')
    victim = run.old if side == 'old' else run.new
    wait_until(lambda: victim.halted or run.old.ended)
    if side == 'new' and (not victim.halted or victim.sent() > 2):
        return False  # it has said that it serves
    run.signs(run.new if side == 'old' else run.old)
    return victim.halted


def stop(run, side, calls, step):
    """True if it stood still there."""
    run.start(side, calls, step, 'stop')
    victim = run.old if side == 'old' else run.new
    wait_until(lambda: victim.halted or run.old.ended)
    if not victim.halted:
        return False  # nor may it be halted when it signs
    time.sleep(HANDOVER + 1)
    os.kill(victim.pid, signal.SIGCONT)
    wait_until(lambda: run.old.ended or run.new.ended)
    # The other one ends, too, if it is to end.
    time.sleep(0.1)
    assert not (run.old.ended and run.new.ended), 'none serves'
    run.signs(run.new if run.old.ended else run.old)
    return True


def any_moment(run, side, after):
    run.start()
    time.sleep(after)
    victim, other = ((run.old, run.new) if side == 'old' else
                     (run.new, run.old))
    victim.kill()
    try:
        run.signs(other)
    except AssertionError:
        # It was over, and the new one served alone.
        assert side == 'new' and run.says('serves in place')
        return False
    return True


def which(halt, calls):
    """Side, calls that are counted, and step, of each halt."""
    if calls == 'some':
        handed = in_run(steps_of, 'old', 'sendmsg')
        return [('old', 'sendmsg', len(handed) - 1), ('new', 'listen', 1)]
    return [(side, calls, i) for side in FROM
            for i, step in enumerate(in_run(steps_of, side, calls))
            if halt == kill or step.startswith('after')]


def each(halt, calls):
    with concurrent.futures.ThreadPoolExecutor(
            1 if halt == kill else AT_ONCE) as pool:
        got = list(pool.map(lambda step: in_run(halt, *step),
                            which(halt, calls)))
    assert all(got) if calls == 'some' else any(got)
    return f'{sum(got)} of {len(got)} steps'


def main():
    what, arg = sys.argv[5:]
    if what == 'random':
        seed = int(os.environ.get('SEED', time.time_ns() % 1000000))
        pick = random.Random(seed)
        got = [in_run(any_moment, pick.choice(['old', 'new']),
                      pick.uniform(0, 0.15)) for _ in range(int(arg))]
        print(f'{arg} times, {sum(got)} of them in time (seed {seed})')
    else:
        print(each({'kill': kill, 'stop': stop}[what], arg))


PLACE = sys.argv[1:5]
if __name__ == '__main__':
    main()
