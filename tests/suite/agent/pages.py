# SPDX-License-Identifier: BSD-2-Clause
"""Pages as the agent gives them out, read by who owes nothing to libapam:
pages.py PART SOCKET.  A part ends with an exception where something is not as it
should be.  The places in a page are those of core/slot/page.h."""
import ctypes
import fcntl
import mmap
import os
import select
import signal
import struct
import sys
import time

from client import (Agent, HELLO, SIGNED, WELCOME, become, fields, parse,
                    wait_until)

SIZE = 12288
SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW
NOBODY = 61003
HOARDER = 61004
PROFILE = 'paged'
URL = 'https://paged.example.com/x'


class Page:
    """What a descriptor lets its holder see."""

    def __init__(self, fd):
        self.fd = fd
        self.map = mmap.mmap(fd, SIZE, mmap.MAP_SHARED, mmap.PROT_READ)

    def number(self, at, kind='<Q'):
        return struct.unpack_from(kind, self.map, at)[0]

    sequence = property(lambda self: self.number(0))
    generation = property(lambda self: self.number(24))
    shape = property(lambda self: self.number(44, '<I'))
    retired = property(lambda self: self.number(180, '<I'))
    serial = property(lambda self: self.number(184))

    def holds(self, at):
        """True if now is in the span at this place."""
        wall, forward = (int(time.clock_gettime(c) * scale) for c, scale in
                         ((time.CLOCK_REALTIME, 1e9),
                          (time.CLOCK_BOOTTIME, 1e3)))
        begin, end, forward_begin, forward_end = struct.unpack_from(
            '<4q', self.map, at)
        return begin <= wall < end and forward_begin <= forward < forward_end

    fresh = property(lambda self: self.holds(104))
    stamp = property(lambda self: self.number(104))

    def idle_for(self, seconds):
        """It is not fresh, and has not been stamped for so long."""
        return time.time_ns() - self.stamp > seconds * 1e9 and not self.fresh
    alone = property(lambda self: self.holds(136))

    def state(self):
        """All but what it holds, for a test that fails."""
        return struct.unpack_from('<QQqQQII', self.map), \
            struct.unpack_from('<8q', self.map, 104), \
            time.time_ns(), time.clock_gettime(time.CLOCK_BOOTTIME)

    def header(self):
        """Name and value of the first one."""
        name_n, value_n = struct.unpack_from('<2I', self.map, 48)
        at = 256 + (self.shape >> 4 & 7) * 16
        name = self.map[at:at + name_n]
        return name, self.map[at + name_n + 1:at + name_n + 1 + value_n]


def greeting(**changed):
    space = os.stat('/proc/self/ns/time')
    what = dict(min=1, max=1, library='0.1.0', program='pages.py',
                time_device=space.st_dev, time_inode=space.st_ino,
                counter=bytes(16))
    what.update(changed)
    return {k: v for k, v in what.items() if v is not None}


def say_hello(agent, **changed):
    kind, _, got = agent.ask(
        HELLO, **greeting(**changed))
    assert kind == WELCOME, got
    return got.get('pages') == [1]


def sign(agent, held=0):
    """The answer, and the descriptors that came with it."""
    agent.sign(PROFILE, URL, more=[('page', held)], wait=False)
    data, descriptors = agent.descriptors()
    kind, _, _, body = parse(data)
    got = fields(body)
    assert kind == SIGNED, got
    return got, descriptors


def reader(path, **changed):
    agent = Agent(path, hello=False)
    return agent, say_hello(agent, **changed)


def take(path):
    """A connection, and the page that it got."""
    agent, can = reader(path)
    assert can
    got, descriptors = sign(agent)
    # The service manager may not have it yet: then it comes with a later one.
    end = time.monotonic() + 120
    while not descriptors and time.monotonic() < end:
        time.sleep(0.01)
        got, descriptors = sign(agent)
    assert len(descriptors) == 1, got
    page = Page(descriptors[0])
    assert got['page'] == [page.serial], got
    return agent, page, got


def is_fresh(agent, page):
    """Until it is, while it is used: not where the agent was kept from work for
    more than 0.4 s, or we were before we looked."""
    def look():
        got, descriptors = sign(agent, page.serial)
        assert got['page'] == [page.serial] and not descriptors, got
        return page.fresh
    wait_until(look)


# ---- What is given -----------------------------------------------------------


def given(path):
    """The page has what the answer had; whoever has it is sent no other."""
    agent, page, got = take(path)
    name, value = page.header()
    assert got['header'] == [name + b'\0' + value], got
    assert got['generation'] == [page.generation]
    is_fresh(agent, page)
    assert page.alone, page.state()
    assert page.sequence % 2 == 0, page.state()
    got, descriptors = sign(agent, page.serial)
    assert got['page'] == [page.serial] and not descriptors, got


def not_given(path):
    """Who counts by another counter, or by another clock, gets none."""
    for changed in (dict(counter=b'x' * 16), dict(counter=None),
                    dict(time_inode=1)):
        agent, can = reader(path, **changed)
        got, descriptors = sign(agent)
        assert not can and not descriptors, changed
        assert got.get('page', [0]) == [0], got


def behind_a_greeting(path):
    """Who has not read the greeting yet is given a page all the same: it is a
    descriptor that nobody reads that others pay for."""
    agent, _ = reader(path)
    agent = Agent(path, hello=False)
    agent.send(HELLO, 1, greeting().items())
    wait_until(agent.is_heard)
    agent.sign(PROFILE, URL, more=[('page', 0)], wait=False)
    wait_until(agent.is_heard)
    # It does one thing at a time: both are answered once another one is greeted.
    reader(path)
    assert parse(agent.descriptors()[0])[0] == WELCOME
    assert len(agent.descriptors()[1]) == 1


def unread(path):
    """Who does not read has one descriptor to read, whatever it asks for."""
    agent, _ = reader(path)
    for _ in range(40):
        agent.sign(PROFILE, URL, more=[('page', 0)], wait=False)
    wait_until(agent.is_heard)
    # It does one thing at a time: all are answered once another one is greeted.
    reader(path)
    first = [agent.descriptors()[1] for _ in range(40)]
    assert sum(len(some) for some in first) == 1, first
    # And gets another once it has read all.
    assert len(sign(agent)[1]) == 1


def hoard(path, ready):
    """Ask for more than one user may leave unread; how many came."""
    become(HOARDER)
    agents = [reader(path)[0] for _ in range(400)]
    for agent in agents:
        agent.sign(PROFILE, URL, more=[('page', 0)], wait=False)
    os.write(ready, b'x')
    dropped = select.poll()
    for agent in agents:
        dropped.register(agent.socket, select.POLLRDHUP)
    wait_until(lambda: len(dropped.poll(0)) >= 256)
    return sum(len(agent.descriptors()[1]) for agent in agents)


def hoarded(path):
    """A user whose programs read nothing keeps nobody else from a page."""
    ready, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os._exit(0 if hoard(path, tell) == 256 else 1)
    assert os.read(ready, 1) == b'x'
    take(path)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def many(path):
    """Any number of programs of one user that read what they are sent."""
    kept = [take(path) for _ in range(256)]
    wait_until(lambda: len(sign(reader(path)[0])[1]) == 1)
    return kept


# ---- What nobody can do with it ----------------------------------------------


class Libc:
    lib = ctypes.CDLL(None, use_errno=True)

    @classmethod
    def call(cls, name, *args):
        got = getattr(cls.lib, name)(*args)
        if got in (-1, ctypes.c_void_p(-1).value):
            raise OSError(ctypes.get_errno(), name)
        return got


def write_map(page):
    """A map for reading, made one for writing."""
    lib = Libc.lib
    lib.mmap.restype = ctypes.c_void_p
    at = Libc.call('mmap', None, ctypes.c_size_t(SIZE), mmap.PROT_READ,
                   mmap.MAP_SHARED, page.fd, ctypes.c_long(0))
    Libc.call('mprotect', ctypes.c_void_p(at), ctypes.c_size_t(SIZE),
              mmap.PROT_READ | mmap.PROT_WRITE)


def attacks(page):
    own = f'/proc/self/fd/{page.fd}'
    punch = 3  # FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
    yield 'write', lambda: os.pwrite(page.fd, b'x', 0)
    yield 'map it for writing', lambda: mmap.mmap(
        page.fd, SIZE, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
    yield 'make a map writable', lambda: write_map(page)
    yield 'cut it', lambda: os.ftruncate(page.fd, 0)
    yield 'make it grow', lambda: os.ftruncate(page.fd, 2 * SIZE)
    yield 'punch it', lambda: Libc.call(
        'fallocate', page.fd, punch, ctypes.c_long(0), ctypes.c_long(4096))
    yield 'seal it', lambda: fcntl.fcntl(
        page.fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)
    if os.geteuid() == NOBODY:
        yield 'open it again', lambda: os.open(own, os.O_RDWR)
        yield 'open it for reading', lambda: os.open(own, os.O_RDONLY)
        yield 'cut it by name', lambda: os.truncate(own, 0)
        yield 'change its mode', lambda: os.fchmod(page.fd, 0o666)
        yield 'change its owner', lambda: os.fchown(page.fd, NOBODY, NOBODY)
        yield 'change its times', lambda: os.utime(page.fd)
        yield 'name it', lambda: os.link(own, f'/tmp/apam-page-{os.getpid()}')


def locked(path):
    """Nobody but the agent can change a page: each of these is refused."""
    agent, page, _ = take(path)
    before = page.map[256:]
    assert fcntl.fcntl(page.fd, fcntl.F_GET_SEALS) & SEALS == SEALS
    assert os.fstat(page.fd).st_mode & 0o777 == 0o400
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            become(NOBODY)
        count = 0
        for name, attack in attacks(page):
            try:
                attack()
            except (OSError, PermissionError, ValueError):
                count += 1
            else:
                print('could', name)
                os._exit(1)
        os._exit(0 if count >= 7 else 2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert page.map[256:] == before
    is_fresh(agent, page)


# ---- When it ends ------------------------------------------------------------


def kept_fresh(path):
    """Without a request it stays fresh for ten seconds, and then no more; it is
    the same page when somebody asks again."""
    agent, page, _ = take(path)
    begin = time.monotonic()
    is_fresh(agent, page)
    stamps, looks, fresh = set(), 0, 0
    while time.monotonic() < begin + 9:
        stamps.add(page.stamp)
        # One that is being stamped may be between the two looks.
        fresh += page.fresh or page.fresh
        looks += 1
        time.sleep(0.005)
    # A busy machine may keep the agent from its work in some seconds.
    assert len(stamps) >= 3 and fresh >= looks / 3, (stamps, fresh, looks)
    # It goes on for as long as that after the last request, and not for ever.
    wait_until(lambda: page.idle_for(3))
    assert page.alone and page.shape != 0, page.state()
    assert page.retired == 0, page.state()
    sequence = page.sequence
    is_fresh(agent, page)
    assert page.sequence == sequence


def changed(path):
    """Rules that change end it for all who have it, without a request."""
    agent, page, _ = take(path)
    with open(sys.argv[3], 'a', encoding='utf-8') as profile:
        profile.write('# changed\n')
    wait_until(lambda: page.retired == 1 and page.shape == 0)
    assert not page.fresh and not page.alone
    assert not any(page.map[256:])
    got, descriptors = sign(agent, page.serial)
    assert len(descriptors) == 1 and got['page'] != [page.serial]


def ended(path):
    """The agent is told to end, and there is no service manager."""
    agent, page, _ = take(path)
    os.kill(agent.process(), signal.SIGTERM)
    wait_until(lambda: page.retired == 1 and page.shape == 0)
    assert not page.fresh and not page.alone


if __name__ == '__main__':
    globals()[sys.argv[1]](sys.argv[2])
