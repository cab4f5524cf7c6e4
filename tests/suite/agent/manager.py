# SPDX-License-Identifier: BSD-2-Clause
"""A stand-in for the service manager: it starts the agent with the socket that it
listens on, keeps the descriptors that the agent gives it (sd_notify(3): FDSTORE,
FDSTOREREMOVE, BARRIER), and starts another agent with them at once when that one
ends.  Two times of three it is killed, then told to end, as by systemctl restart.

manager.py KILLS APAMD CONFIG SOCKET ASKED -- COMMAND...: the command is the program
that is run PROGRAMS times meanwhile, until the last kill; each has to end with 0.
ASKED is what the provider of rotating refresh tokens was asked
(rotating_provider.py); each agent has a number, AGENT_LIFE, which it sends."""
import array
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time

from client import Agent, FAILED, SIGNED, wait_until
from pages import Page, PROFILE, URL, say_hello, sign

PROGRAMS = 8
FIRST = 3


class Manager:
    def __init__(self, program, config, path, places=None):
        self.places = places  # FileDescriptorStoreMax; None: no limit
        self.command = [program, '-c', config]
        self.stored = {}
        self.asked_to_end = False
        self.lives = 0
        self.pid = 0
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # PassCredentials=yes, as apamd.socket has it.
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.listener.bind(path)
        os.chmod(path, 0o666)
        self.listener.listen(128)
        self.notify_path = path + '.notify'
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(self.notify_path)
        threading.Thread(target=self.listen, daemon=True).start()
        self.runner = threading.Thread(target=self.run, daemon=True)
        self.runner.start()

    def listen(self):
        while True:
            data, extra, _, _ = self.notify.recvmsg(
                4096, socket.CMSG_SPACE(4 * 8))
            descriptors = array.array('i')
            for level, kind, value in extra:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    descriptors.frombytes(value)
            self.take(dict(line.split('=', 1) for line in
                           data.decode().split('\n') if '=' in line),
                      list(descriptors))

    def take(self, message, descriptors):
        name = message.get('FDNAME', 'stored')
        if 'FDSTOREREMOVE' in message:
            for fd in self.stored.pop(name, []):
                os.close(fd)
        for fd in descriptors:
            if 'FDSTORE' in message and self.has_place():
                self.stored.setdefault(name, []).append(fd)
            else:
                os.close(fd)

    def has_place(self):
        return self.places is None or \
            sum(map(len, self.stored.values())) < self.places

    def become(self):
        """In the child: the agent, with what was kept."""
        passed = [(self.listener.fileno(), 'agent')] + [
            (fd, name) for name, kept in self.stored.items() for fd in kept]
        high = [os.dup2(fd, 500 + i) for i, (fd, _) in enumerate(passed)]
        for i, fd in enumerate(high):
            os.dup2(fd, FIRST + i)
        os.closerange(FIRST + len(high), 1000)
        os.environ.update(
            LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(passed)),
            LISTEN_FDNAMES=':'.join(name for _, name in passed),
            NOTIFY_SOCKET=self.notify_path, AGENT_LIFE=str(self.lives))
        os.execv(self.command[0], self.command)

    def run(self):
        while not self.asked_to_end:
            self.lives += 1
            pid = os.fork()
            if pid == 0:
                try:
                    self.become()
                finally:
                    os._exit(127)
            self.pid = pid
            os.waitpid(pid, 0)

    def kill(self, number):
        os.kill(self.pid, number)

    def end(self):
        self.asked_to_end = True
        os.kill(self.pid, signal.SIGTERM)
        self.runner.join(10)


def first_answer(path):
    """Milliseconds until an agent signs, which is a new one."""
    begin = time.monotonic()
    while True:
        try:
            agent = Agent(path, hello=False)
            say_hello(agent)
            kind = agent.sign(PROFILE, URL)[0]
            assert kind == SIGNED, kind
            return (time.monotonic() - begin) * 1000
        except (OSError, TypeError):
            # It was connected to the one that has ended.
            assert time.monotonic() < begin + 120


def stored_page(manager, path):
    """A page that the manager keeps, as a reader has it."""
    agent = Agent(path, hello=False)
    assert say_hello(agent)
    end = time.monotonic() + 120
    while time.monotonic() < end:
        descriptors = sign(agent)[1]
        if descriptors:
            assert manager.stored['page.' + PROFILE]
            return Page(descriptors[0])
        time.sleep(0.01)
    raise AssertionError('no page')


def access_token(path, timeout):
    """What the agent gives for the rotating profile, or None if not in time."""
    try:
        agent = Agent(path, hello=False, timeout=timeout)
        say_hello(agent)
        kind, _, got = agent.sign('rotating', rotating_url())
        assert kind in (SIGNED, FAILED), kind
        return got['header'][0].split()[-1].decode() if kind == SIGNED else None
    except (OSError, TypeError):
        return None


def rotating_url():
    return sys.argv[-1].split('=', 1)[1]


def durable_state(asked, seen):
    """What the provider was asked: how many tokens were spent, and sent again.

    One that is sent again had an answer that was lost (apam.conf(5), `reuse`).
    That is so where the agent that sent it was killed before it had stored the
    successor: another agent sends it, nobody has sent the successor, and nobody
    was given the access token that came with that.  All else is a fault."""
    spent = again = 0
    sender, given = {}, {}
    with open(asked) as lines:
        for line in lines:
            assert not line.startswith('refused '), line
            word, token, _, life, _, access = line.split()
            if word == 'again':
                again += 1
                assert sender[token] != life, line
                assert given[token] not in seen, (line, given[token])
            else:
                spent += 1
                assert token not in sender, line
            sender[token], given[token] = life, access
    return spent, again


def main():
    kills = int(sys.argv[1])
    at = sys.argv.index('--')
    program, config, path, asked = sys.argv[2:at]
    manager = Manager(program, config, path)
    try:
        first_answer(path)
        page = stored_page(manager, path)
        programs = [subprocess.Popen(sys.argv[at + 1:],
                                     stdout=subprocess.PIPE, text=True)
                    for _ in range(PROGRAMS)]
        times = []
        seen = {access_token(path, 60)}
        for i in range(kills):
            time.sleep(random.uniform(0.05, 0.3))
            # A token whose answer was lost is sent again after a while.
            seen.add(access_token(path, 60 if i % 10 == 9 else 0.05))
            life = manager.lives
            if i % 3 < 2:
                manager.kill(signal.SIGKILL)
                times.append(first_answer(path))
            else:
                # It may do other things before it ends.
                manager.kill(signal.SIGTERM)
                wait_until(lambda: manager.lives > life)
                first_answer(path)
            # The page is the same, whole, and not given up, as long as the
            # agent is away, too.
            assert page.sequence % 2 == 0 and page.retired == 0
        seen.add(access_token(path, 60))
        told = []
        for one in programs:
            assert one.poll() is None, 'a program has ended'
            one.send_signal(signal.SIGTERM)
            told.append(one.communicate(timeout=300)[0].strip())
        failed = [one.returncode for one in programs if one.returncode != 0]
        spent, again = durable_state(asked, seen)
        print(f'{kills} kills; first answer after '
              f'{statistics.median(times):.0f} ms in the median, '
              f'{max(times):.0f} ms at most; {spent} refresh tokens spent, '
              f'{again} sent again, none lost; programs: {"; ".join(told)}')
        assert not failed, failed
        assert page.fresh or page.alone
        # A machine that does other things is not held to the times.
        if 'TIMES' in os.environ:
            assert statistics.median(times) <= 100
            assert max(times) <= 500
    finally:
        manager.end()


if __name__ == '__main__':
    main()
