#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Type at a terminal, as a person does:

    typing.py SCRIPT COMMAND [ARGUMENT ...]

Each line of SCRIPT is TEXT, a tab, and an ANSWER: once TEXT has been shown, and
behind what was shown before, the answer and Enter are typed; ^C and ^D are those
keys.  What the terminal showed goes to standard output.  The exit status is the
command's; 128 and its number where a signal ended it; 99 where a text has not
come.
"""
import os
import pty
import select
import sys
import time

LIMIT = 60  # seconds, until a text has come

KEYS = {"^C": b"\x03", "^D": b"\x04"}


def read(terminal, until):
    """What is shown next; empty at the end, or when the time is over."""
    ready, _, _ = select.select([terminal], [], [], max(0, until - time.time()))
    try:
        return os.read(terminal, 65536) if ready else b""
    except OSError:
        return b""


def wait_for(terminal, shown, at, text):
    """Where the text ends; -1 where it does not come."""
    until = time.time() + LIMIT
    while text not in shown[at:]:
        more = read(terminal, until)
        if not more:
            return -1
        shown += more
    return shown.index(text, at) + len(text)


def play(terminal, script):
    shown, at = bytearray(), 0
    for line in script:
        text, _, answer = line.rstrip("\n").partition("\t")
        at = wait_for(terminal, shown, at, text.encode())
        if at < 0:
            return shown, text
        until = time.time() + LIMIT
        while not shown.endswith((b": ", b"] ")):  # the end of a question
            more = read(terminal, until)
            if not more:
                return shown, text
            shown += more
        at = len(shown)
        os.write(terminal, KEYS.get(answer, answer.encode() + b"\n"))
    while more := read(terminal, time.time() + LIMIT):
        shown += more
    return shown, None


def main():
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvp(sys.argv[2], sys.argv[2:])
    with open(sys.argv[1], encoding="utf-8") as script:
        shown, lacking = play(terminal, script)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    sys.stdout.buffer.write(bytes(shown).replace(b"\r\n", b"\n"))
    if lacking is not None:
        print(f"\ntyping.py: this has not come: {lacking}")
        return 99
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


sys.exit(main())
