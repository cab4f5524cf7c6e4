# SPDX-License-Identifier: BSD-2-Clause
"""A client of the agent that owes nothing to libapam: frames and messages as
doc/agent-protocol.md has them, made by hand, so that it can also send what no
client would."""
import array
import fcntl
import os
import socket
import struct
import sys
import termios
import time

HELLO, SIGN, CANCEL, JUDGED, CALL, PROOF, REPLACE, TAKEN, SERVES = range(1, 10)
WELCOME, SIGNED, DIGEST, FAILED, RESULT, PROVE, HANDED, PIECES, KEPT = range(65, 74)
VERIFY, VERIFIED = 10, 74
FRAME_MAX = 65536
# What an item is: its tag, and n: a number, t: text.
ITEMS = {
    'min': (1, 'n'), 'max': (2, 'n'), 'version': (3, 'n'), 'library': (4, 't'),
    'program': (5, 't'), 'time_device': (6, 'n'), 'time_inode': (7, 'n'),
    'counter': (8, 't'), 'pages': (9, 'n'), 'nonce': (10, 't'), 'profile': (11, 't'),
    'method': (12, 't'), 'url': (13, 't'), 'header': (14, 't'),
    'query': (15, 't'), 'covered': (17, 't'), 'body': (18, 'n'),
    'body_length': (19, 'n'), 'digest': (20, 't'), 'timeout': (21, 'n'),
    'page': (22, 'n'), 'generation': (24, 'n'), 'credential': (25, 'n'),
    'entries': (26, 'n'), 'rejected': (23, 'n'), 'http_status': (30, 'n'),
    'verdict': (31, 'n'), 'hash': (29, 'n'), 'status': (32, 'n'),
    'text': (33, 't'), 'file': (34, 't'), 'line': (35, 'n'),
    'name': (38, 't'), 'argument': (39, 't'), 'row': (40, 't'),
    'from': (41, 'n'), 'next': (42, 'n'), 'caller': (45, 't'),
}
CRITICAL = ('caller',)
NAMES = {tag: (name, kind) for name, (tag, kind) in ITEMS.items()}


def item(tag, data, critical=False):
    """At least one zero byte follows, up to a multiple of 8."""
    return (struct.pack('<HHI', tag, int(critical), len(data)) + data +
            bytes(8 - len(data) % 8))


def caller(user, groups=(), unit=''):
    """Somebody, as an item names them."""
    return struct.pack(f'<II{len(groups)}I', user, len(groups),
                       *groups) + unit.encode()


def items(fields):
    """Of (name, value) pairs."""
    out = b''
    for name, value in fields:
        tag, kind = ITEMS[name]
        if kind == 'n':
            value = struct.pack('<Q', value)
        elif isinstance(value, str):
            value = value.encode()
        out += item(tag, value, name in CRITICAL)
    return out


def frame(kind, number, body, more=False):
    return struct.pack('<IHHQII', 24 + len(body), 1, kind, number,
                       1 if more else 0, 0) + body


def parse(packet):
    """(type, id, more, bytes of the items)"""
    size, version, kind, number, flags, zero = struct.unpack('<IHHQII',
                                                             packet[:24])
    assert size == len(packet) and version == 1 and zero == 0, packet[:24]
    return kind, number, bool(flags & 1), packet[24:]


def fields(body):
    """A dict of lists."""
    out = {}
    while body:
        tag, _, n = struct.unpack('<HHI', body[:8])
        data = body[8:8 + n]
        name, kind = NAMES.get(tag, (str(tag), 't'))
        out.setdefault(name, []).append(
            struct.unpack('<Q', data)[0] if kind == 'n' else data)
        body = body[8 + n + 8 - n % 8:]
    return out


def wait_until(what, seconds=120):
    """Until what() is true; those seconds only stop a hang."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, what
        time.sleep(0.01)


class Agent:
    def __init__(self, path, hello=True, timeout=120):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.last = 0
        if hello:
            kind, _, got = self.ask(HELLO, min=1, max=1, library='0.1.0',
                                    program='client.py')
            assert kind == WELCOME and got['version'] == [1], (kind, got)

    def send(self, kind, number, pairs, more=False):
        self.socket.send(frame(kind, number, items(pairs), more))

    def is_heard(self):
        """True once the agent has read all that was sent to it."""
        return self.amount(termios.TIOCOUTQ) == 0

    def is_read(self):
        """True once there is nothing to receive."""
        return self.amount(termios.FIONREAD) == 0

    def amount(self, what):
        number = array.array('i', [0])
        fcntl.ioctl(self.socket, what, number)
        return number[0]

    def process(self):
        """The agent's."""
        return struct.unpack('3i', self.socket.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]

    def receive(self):
        """The next message whole; None: the agent has closed."""
        body = b''
        while True:
            try:
                packet = self.socket.recv(FRAME_MAX)
            except ConnectionResetError:
                return None
            if not packet:
                return None
            kind, number, more, part = parse(packet)
            body += part
            if not more:
                return kind, number, fields(body)

    def ask(self, kind, **named):
        self.last += 1
        self.send(kind, self.last, list(named.items()))
        got = self.receive()
        assert got is None or got[1] == self.last, got
        return got

    def sign(self, profile, url, method='GET', more=(), number=None,
             wait=True):
        """Answers (type, id, fields), or the id where it does not wait."""
        self.last += 1
        number = number or self.last
        self.send(SIGN, number, [('profile', profile), ('method', method),
                                 ('url', url), *more])
        return self.receive() if wait else number

    def descriptors(self, packet_max=FRAME_MAX):
        """The next packet and the descriptors that came with it."""
        room = array.array('i')
        data, extra, _, _ = self.socket.recvmsg(
            packet_max, socket.CMSG_SPACE(4 * room.itemsize))
        for level, kind, value in extra:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                room.frombytes(value[:len(value) - len(value) % 4])
        return data, list(room)


# More messages in a second than the agent lets a client send for nothing
# (CONNECTION_FLOOD), if this machine can.
FLOOD = 20000
TOO_SLOW = 'not tried: this machine is too slow for a flood'


def is_flooded(send, count):
    """Call send, which sends so many messages for nothing, until the agent has
    dropped the client.  False where, in 20 seconds, it took too few of them in any
    second for a flood; an exception where it took enough, and did not."""
    end = time.monotonic() + 20
    since, sent = time.monotonic(), 0
    try:
        while time.monotonic() < end:
            send()
            sent += count
            took = time.monotonic() - since
            if took >= 1:
                # The agent's seconds begin at other moments than ours.
                assert sent / (took + 2) < FLOOD, 'it was not dropped'
                since, sent = time.monotonic(), 0
    except OSError:
        return True
    return False


def show(got):
    """One line for each fact of an answer, for the shell to look at."""
    if got is None:
        print('closed')
        return
    kind, _, what = got
    print({WELCOME: 'welcome', SIGNED: 'signed', DIGEST: 'digest',
           FAILED: 'failed', RESULT: 'result', PROVE: 'prove',
           HANDED: 'handed', PIECES: 'pieces'}[kind])
    for name, values in what.items():
        for value in values:
            if isinstance(value, bytes):
                value = value.replace(b'\0', b': ').decode('utf-8', 'replace')
            print(f'{name} {value}')


def become(user):
    """Another user, of one group of that number."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


if __name__ == '__main__':
    # client.py SOCKET PROFILE METHOD URL [USER [CALLER]]: one signature, as this
    # user, for that one.
    if len(sys.argv) > 5:
        become(int(sys.argv[5]))
    agent = Agent(sys.argv[1])
    said = [('caller', caller(int(sys.argv[6])))] if len(sys.argv) > 6 else []
    show(agent.sign(sys.argv[2], sys.argv[4], sys.argv[3], said))
