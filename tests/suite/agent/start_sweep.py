#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The agent whose calls fail, one at a time, while it starts (agent_calls.c):

    start_sweep.py DIR APAMD

DIR is that of agent_sweep.py.  The agent starts by itself, with a socket of the
service manager's, and in place of another agent.  Each time it ends, says what has
failed and leaves no socket behind; or it serves as one whose calls do not fail, and
ends well.  Where it was to replace another, that one goes on until it serves.  A
shortage of memory is called that.  No output has a secret.
"""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, "tests/faults")
from agent_sweep import LIMIT, MEMORY, Manager, asked, ends, sign  # noqa: E402
from client import SIGNED  # noqa: E402
import scarce  # noqa: E402

PROFILES = ("signed", "paged")
SERVES = re.compile(r"serves at (\S*) \(")
STATUSES = (2, 3, 4, 5)  # what apamd(8) says for what is wrong


class Start:
    """One way to start; each has its own folder, in which it serves."""

    def __init__(self, folder, apamd, name):
        self.folder, self.apamd = folder, apamd
        self.run = folder / ("start-" + name)
        self.run.mkdir()
        self.socket = str(self.run / "agent")
        self.log = self.run / "log"
        self.scarce = scarce.Scarce(self.run / "scarce", most=10)
        self.agent = None

    def command(self):
        return [self.apamd, "-c", str(self.folder / "apam.conf")]

    def launch(self, command, at, **environment):
        """An agent whose call `at` fails."""
        self.scarce.fail(at)
        environment["APAM_SCARCE"] = str(self.scarce.path)
        with open(self.log, "wb") as log:
            return subprocess.Popen(
                command, env=dict(os.environ, **environment), close_fds=False,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def signs(self, at=None):
        """What could not be read is looked at anew a second later."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            got = [asked(at or self.socket, sign(name))[0] for name in PROFILES]
            if all(kind == SIGNED for kind in got):
                return True
            time.sleep(0.05)
        return False

    def said(self):
        return self.log.read_text()

    def wait(self, agent, done):
        """True once it is done; False where the agent has ended; None: neither."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            if done():
                return True
            if agent.poll() is not None:
                return done()
            time.sleep(0.002)
        return None

    def serves(self, agent):
        """It has said so, which it does once all that can fail is done."""
        return self.wait(agent, lambda: bool(SERVES.search(self.said())))

    def close(self):
        pass


class ByItself(Start):
    def __init__(self, *args):
        super().__init__(*args, "alone")
        self.metrics = str(self.run / "metrics")
        self.notify = str(self.run / "notify")
        Manager(self.notify)

    def begin(self, at):
        return self.launch(
            self.command() + ["--socket", self.socket, "--metrics", self.metrics],
            at, NOTIFY_SOCKET=self.notify, WATCHDOG_USEC="10000000")

    def left(self):
        return [path for path in (self.socket, self.metrics) if os.path.exists(path)]


class Passed(Start):
    """As by systemd: the socket is its own, and stays.  An agent that cannot see
    that it is one listens where one of this user's does, and says so."""

    def __init__(self, *args):
        super().__init__(*args, "passed")
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(self.socket)
        self.listener.listen(128)

    def begin(self, at):
        script = 'exec 3<&%d; export LISTEN_PID=$$; exec "$@"'
        os.set_inheritable(self.listener.fileno(), True)
        return self.launch(
            ["bash", "-c", script % self.listener.fileno(), "bash", *self.command(),
             "--user"],
            at, LISTEN_FDS="1", LISTEN_FDNAMES="agent", XDG_RUNTIME_DIR=str(self.run))

    def left(self):
        return [] if os.path.exists(self.socket) else ["no socket"]

    def close(self):
        self.listener.close()


class InPlace(Start):
    """Another agent serves, with a page in its hands."""

    def __init__(self, *args):
        super().__init__(*args, "in-place")
        self.metrics = str(self.run / "metrics")
        self.old = None

    def options(self):
        return ["--socket", self.socket, "--metrics", self.metrics]

    def begin(self, at):
        if self.old is None:
            with open(self.run / "log-of-old", "ab") as log:
                self.old = subprocess.Popen(
                    self.command() + self.options(), stdin=subprocess.DEVNULL,
                    stdout=log, stderr=log)
            assert self.signs()
        return self.launch(self.command() + self.options() + ["--replace"], at)

    def left(self):
        """The other one goes on: no program finds none."""
        if self.old is None:
            return [path for path in (self.socket, self.metrics)
                    if os.path.exists(path)]
        if self.old.poll() is not None:
            self.old = None
            return ["no agent"]
        return [] if self.signs() else ["an agent that does not sign"]

    def has_begun(self):
        """It serves alone."""
        code = self.old.wait(LIMIT)
        self.old = None
        return code

    def close(self):
        if self.old is not None:
            ends(self.old)


def wrong_words(said, failed, status):
    """What is wrong with what it says before it ends; "": nothing."""
    if status not in STATUSES:
        return "it ended with %s" % status
    if not any(line.startswith("apamd: ") for line in said.splitlines()):
        return "it does not say what has failed"
    if failed in MEMORY and "memory" not in said:
        return "it says something else of its memory"
    return ""


def one(start, at):
    """(how many calls there were, which failed, what was wrong)"""
    agent = start.begin(at)
    served = start.serves(agent)
    calls, failed = start.scarce.calls()
    start.scarce.fail(0)
    if served is None:
        agent.kill()
        return calls, failed, "it neither serves nor ends"
    if not served:
        wrong = wrong_words(start.said(), failed, agent.wait())
        return calls, failed, wrong or "".join(start.left())
    wrong = ""
    if isinstance(start, InPlace) and start.has_begun() != 0:
        wrong = "the other one did not end well"
    if not start.signs(SERVES.search(start.said())[1]):
        wrong = "it serves, and does not sign"
    code = ends(agent)
    if code != 0:
        wrong = "it ended with %s" % code
    # One that could not look at its socket does not know that it is its own.
    left = [] if failed == "lstat" else start.left()
    return calls, failed, wrong or "".join(left)


def sweep(start, secrets):
    calls, _, wrong = one(start, 0)
    bad = [wrong] if wrong else []
    for at in range(1, calls + 1):
        _, failed, wrong = one(start, at)
        if not wrong and any(text in start.said() for text in secrets):
            wrong = "a secret is shown"
        if wrong:
            bad.append("%s, call %d, %s: %s: %s" % (
                type(start).__name__, at, failed, wrong, start.said()[:300]))
    start.close()
    return calls, bad


def main():
    folder = pathlib.Path(sys.argv[1])
    secrets = [line for line in (folder / "known").read_text().split("\n") if line]
    count, bad = 0, []
    for way in (ByItself, Passed, InPlace):
        calls, wrong = sweep(way(folder, sys.argv[2]), secrets)
        print("%s: %d calls" % (way.__name__, calls))
        count += calls
        bad += wrong
        if calls < 50:
            bad.append("%s: %d calls" % (way.__name__, calls))
    for why in bad[:20]:
        print(why)
    print("%d calls, %d bad" % (count, len(bad)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
