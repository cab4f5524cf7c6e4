#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The agent while its calls fail, one at a time (agent_calls.c):

    agent_sweep.py DIR APAMD

DIR has apam.conf, with the profiles of scarce.sh, and `known` with texts that
nothing may say.  The agent serves, and is asked all that it can be: each time an
answer comes, an error that has a text, or the connection ends; then it answers as
ever, and has no descriptor more than before.  A shortage of memory is called that.
Where a signal interrupts a call, nothing is to be seen of it.  No output has a
secret.
"""
import array
import os
import pathlib
import resource
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, "tests/faults")
from client import (Agent, CALL, FAILED, HELLO, JUDGED, SIGN,  # noqa: E402
                    SIGNED, WELCOME)
from pages import greeting  # noqa: E402
import scarce  # noqa: E402

LIMIT = 120  # seconds, which nothing takes that works
CLOSED = ("closed",)
MEMORY = ("malloc", "calloc", "realloc", "reallocarray")


class Manager:
    """A service manager: it takes what it is told, and closes what it is given."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(path)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            _, extra, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(32))
            for _, _, value in extra:
                for fd in array.array("i", value):
                    os.close(fd)


class Place:
    """Where the agent serves."""

    def __init__(self, folder, apamd):
        self.folder, self.apamd = folder, apamd
        self.run = folder / "at"
        self.run.mkdir()
        self.socket = str(self.run / "agent")
        self.metrics = str(self.run / "metrics")
        self.log = folder / "log"
        self.log.write_bytes(b"")
        self.scarce = scarce.Scarce(folder / "scarce", most=10)
        self.notify = str(folder / "notify")
        Manager(self.notify)

    def start(self):
        environment = dict(os.environ, NOTIFY_SOCKET=self.notify,
                           WATCHDOG_USEC="10000000",
                           APAM_SCARCE=str(self.scarce.path))
        with open(self.log, "ab") as log:
            return subprocess.Popen(
                [self.apamd, "-c", str(self.folder / "apam.conf"), "--socket",
                 self.socket, "--metrics", self.metrics], env=environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def said(self):
        return self.log.read_bytes()


def text_of(got):
    """What an answer is, without what is another one each time."""
    if got is None:
        return CLOSED
    kind, _, what = got
    if kind == FAILED:
        return ("failed", what["status"][0], what["text"][0].decode())
    return (kind, sorted(name for name in what if name != "page"),
            [h for h in what.get("header", []) if b"X-Key" in h])


def asked(path, *messages, **hello):
    """What comes of messages to the agent, each (type, pairs)."""
    try:
        agent = Agent(path, hello=False, timeout=LIMIT)
    except OSError:
        return CLOSED
    try:
        agent.send(HELLO, 1, greeting(**hello).items())
        got = agent.receive()
        if got is None or got[0] != WELCOME:
            return text_of(got)
        for number, (kind, pairs) in enumerate(messages, 2):
            agent.send(kind, number if kind != JUDGED else 0, pairs)
            if kind != JUDGED:
                got = agent.receive()
        return text_of(got)
    except TimeoutError:
        return ("no answer",)
    except OSError:
        return CLOSED
    finally:
        agent.socket.close()


def sign(profile, *more, path="x"):
    return SIGN, [("profile", profile), ("method", "GET"),
                  ("url", "https://%s.example.com/%s" % (profile, path)), *more]


def call(name, profile="", *arguments):
    return CALL, [("name", name)] + ([("profile", profile)] if profile else []) + [
        ("argument", a) for a in arguments]


def scraped(place, text):
    """The first line of what a scraper is told."""
    try:
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(LIMIT)
        s.connect(place.metrics)
        s.sendall(text)
        line = s.makefile("rb").readline().decode().strip()
        return ("scraped", line) if line else CLOSED
    except TimeoutError:
        return ("no answer",)
    except OSError:
        return CLOSED
    finally:
        s.close()


def changed(place):
    """A profile's file changes, and the next one who asks has what is new."""
    path = place.folder / "apam.d" / "paged.conf"
    new = path.with_suffix(".new")
    new.write_text(path.read_text() + "# more\n")
    new.chmod(0o644)
    new.rename(path)
    return asked(place.socket, sign("paged"))


ASKS = {
    "a page": lambda p: asked(p.socket, sign("paged"), sign("paged")),
    "a page of a profile that has changed": changed,
    "a signature": lambda p: asked(p.socket, sign("signed"), sign("signed")),
    "a signature with a query": lambda p: asked(
        p.socket, sign("query", ("header", "A\0b"))),
    "one that a rule refuses": lambda p: asked(p.socket, sign("refused")),
    "one for a service": lambda p: asked(p.socket, sign("service")),
    "a judgement": lambda p: asked(
        p.socket, sign("paged"),
        (JUDGED, [*sign("paged")[1], ("http_status", 401), ("generation", 1),
                  ("credential", 1), ("entries", 1), ("verdict", 2)]),
        sign("paged")),
    "check": lambda p: asked(p.socket, call("check", "paged")),
    "status": lambda p: asked(p.socket, call("status", "paged")),
    "keys": lambda p: asked(p.socket, call("keys")),
    "metrics": lambda p: asked(p.socket, call("metrics")),
    "explain": lambda p: asked(p.socket, call(
        "explain", "paged", "method=GET", "url=https://paged.example.com/x")),
    "explain without a URL": lambda p: asked(p.socket, call("explain", "paged")),
    "a call that is none": lambda p: asked(p.socket, call("fly")),
    "a profile that is none": lambda p: asked(p.socket, call("status", "none")),
    "a scraper": lambda p: scraped(p, b"GET /metrics HTTP/1.1\r\n\r\n"),
    "a scraper elsewhere": lambda p: scraped(p, b"GET / HTTP/1.0\r\n\r\n"),
    "a scraper that posts": lambda p: scraped(p, b"POST /metrics HTTP/1.0\r\n\r\n"),
    "a scraper that is none": lambda p: scraped(p, b"x\r\n\r\n"),
    "who hangs up": lambda p: asked(p.socket),
    "who greets by two": lambda p: asked(p.socket, (HELLO, greeting().items())),
}


def serves(place, agent):
    """True once it signs; False where it has ended."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        if agent.poll() is not None:
            return False
        if os.path.exists(place.socket) and asked(
                place.socket, sign("signed"))[0] == SIGNED:
            return True
        time.sleep(0.005)
    return None


def ends(agent):
    agent.send_signal(signal.SIGTERM)
    try:
        return agent.wait(LIMIT)
    except subprocess.TimeoutExpired:
        agent.kill()
        return "none"


# ---- Asking ----------------------------------------------------------------------


class Asker:
    def __init__(self, place):
        self.place, self.bad = place, []
        self.restart()

    def restart(self):
        self.agent = self.place.start()
        assert serves(self.place, self.agent)

    def descriptors(self):
        """How many it has; root alone can see that."""
        return 0 if os.geteuid() else len(os.listdir("/proc/%d/fd" % self.agent.pid))

    def settle(self, most):
        """Once all who have hung up are gone."""
        end = time.monotonic() + LIMIT
        while self.descriptors() > most and time.monotonic() < end:
            time.sleep(0.005)
        return self.descriptors() <= most

    def one(self, name, at, interrupts, right):
        place = self.place
        place.scarce.fail(at, interrupts)
        got = ASKS[name](place)
        calls, failed = place.scarce.calls()
        place.scarce.fail(0)
        why = ""
        if got != right and (interrupts or got[0] not in (
                "closed", "failed", "scraped")):
            why = "it came to %s" % (got,)
        if (got != right and got[0] == "failed" and failed in MEMORY and
                "memory" not in got[2]):
            why = "it says something else of its memory: %s" % (got,)
        if self.agent.poll() is not None:
            why = "the agent ended with %s" % self.agent.returncode
            self.restart()
        again = ASKS[name](place)
        if again != right:
            why = why or "then it came to %s, not %s" % (again, right)
        if why:
            self.bad.append("%s, call %d, %s: %s" % (name, at, failed, why))
        return calls

    def all(self, interrupts):
        count = 0
        for name, ask in ASKS.items():
            ask(self.place)
            right = ask(self.place)
            before = self.descriptors()
            calls = self.one(name, 0, interrupts, right)
            for at in range(1, calls + 1):
                self.one(name, at, interrupts, right)
            if not self.settle(before):
                self.bad.append("%s: %d descriptors, then %d" % (
                    name, before, self.descriptors()))
            count += calls
        return count


def no_descriptors(asker):
    """Who comes then waits, and is heard once there are some again."""
    limits = resource.prlimit(asker.agent.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(asker.agent.pid, resource.RLIMIT_NOFILE, (0, limits[1]))
    agent = Agent(asker.place.socket, hello=False, timeout=LIMIT)
    end = time.monotonic() + LIMIT
    while b"no descriptor or memory is left" not in asker.place.said():
        if time.monotonic() > end:
            asker.bad.append("it says nothing of descriptors")
            return
        time.sleep(0.005)
    resource.prlimit(asker.agent.pid, resource.RLIMIT_NOFILE, limits)
    agent.send(HELLO, 1, greeting().items())
    try:
        got = agent.receive()
    except TimeoutError:
        got = ("nothing",)
    if got[0] != WELCOME:
        asker.bad.append("no descriptors: it came to %s" % (got,))


def no_memory(asker, name, connect, path):
    """Where this call has none, for who comes, it is not made all the time."""
    lacking = asker.place.scarce
    lacking.fail(0, lacking=name)
    client = connect(path)
    begin = time.monotonic()
    while lacking.lacks() < 4 and time.monotonic() < begin + LIMIT:
        time.sleep(0.005)
    took, lacks = time.monotonic() - begin, lacking.lacks()
    lacking.fail(0)
    if lacks < 4 or lacks > 6 or took < 0.5:
        asker.bad.append("%d calls of %s in %.2f s without memory" % (
            lacks, name, took))
    if not client.recv(65536):
        asker.bad.append("%s: there was no answer then" % name)
    client.close()


def program(path):
    """One that says hello."""
    agent = Agent(path, hello=False, timeout=LIMIT)
    agent.send(HELLO, 1, greeting().items())
    return agent.socket


def scraper(path):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(LIMIT)
    s.connect(path)
    s.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
    return s


def asks(folder, apamd):
    place = Place(folder, apamd)
    asker = Asker(place)
    if os.geteuid() == 0:
        no_descriptors(asker)
    no_memory(asker, "accept4", program, place.socket)
    no_memory(asker, "accept4", scraper, place.metrics)
    no_memory(asker, "sendmsg", program, place.socket)
    count = asker.all(False) + asker.all(True)
    code = ends(asker.agent)
    if code != 0:
        asker.bad.append("it ended with %s" % code)
    return count, asker.bad, place


def main():
    folder = pathlib.Path(sys.argv[1])
    count, bad, place = asks(folder, sys.argv[2])
    known = [line for line in (folder / "known").read_bytes().split(b"\n") if line]
    if any(text in place.said() for text in known):
        bad.append("a secret is shown")
    for why in bad[:10]:
        print(why)
    print("%d calls, %d bad" % (count, len(bad)))
    return 1 if bad or count < 100 else 0


if __name__ == "__main__":
    sys.exit(main())
