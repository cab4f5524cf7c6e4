#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run `apam run` again and again, with another of its calls failing each time:

    run_sweep.py DIR SIGNED OTHER APAM-RUN

DIR has apam.conf, `known` with texts that nothing may say, and is written into.
The program is guest.bash with the URLs SIGNED and OTHER.

Where a call fails, apam-run says why and ends, and has not run the program; or it
runs the program with all that it needs, of which a request may be answered by an
error.  Where a signal interrupts a call, nothing is to be seen of it.  After each
run its processes have ended, and its folder is gone.

Prints what was bad, and at last how many calls there were, and how many runs were
bad.
"""
import concurrent.futures
import os
import pathlib
import re
import select
import shutil
import subprocess
import sys

sys.path.insert(0, "tests/faults")
import scarce  # noqa: E402

DIR, SIGNED, OTHER, RUN = pathlib.Path(sys.argv[1]), *sys.argv[2:]
KNOWN = [line for line in (DIR / "known").read_bytes().split(b"\n") if line]
RIGHT = [b"200", b"403", b"200"]
# No answer, the gateway's or the front's own errors.
ERRORS = [b"000", b"502", b"503"]
STATUS = (3, 5, 126)
LIMIT = 300  # seconds, which nothing takes that works
WORKERS = 4


class Worker:
    def __init__(self, number):
        self.folder = DIR / ("run%d" % number)
        self.folder.mkdir()
        self.scarce = scarce.Scarce(DIR / ("scarce%d" % number))
        self.wgetrc = DIR / ("rc%d" % number)
        self.wgetrc.write_text("# mine\n")

    def run(self, at, interrupts):
        """(status, output, errors, what is left)"""
        self.scarce.fail(at, interrupts)
        mine, theirs = os.pipe()
        environment = dict(
            os.environ, APAM_SCARCE=str(self.scarce.path),
            XDG_RUNTIME_DIR=str(self.folder), OWN_API_KEY="a-real-fake-key",
            no_proxy="a.example,localhost", WGETRC=str(self.wgetrc),
            CURL_CA_BUNDLE=str(DIR / "ca.pem"))
        command = [RUN, "-c", DIR / "apam.conf", "--", "sh",
                   "tests/suite/run/guest.bash", SIGNED, OTHER]
        try:
            done = subprocess.run(
                command, env=environment, stdin=subprocess.DEVNULL,
                capture_output=True, timeout=LIMIT, pass_fds=[theirs],
                check=False)
        except subprocess.TimeoutExpired as late:
            done = subprocess.CompletedProcess(
                command, -1, late.stdout or b"", late.stderr or b"")
        os.close(theirs)
        # All that it has run had the other end.
        ended = select.select([mine], [], [], LIMIT)[0]
        os.close(mine)
        return done, "" if ended else "a process is left"

    def left(self, out):
        """What is in its folders; the remover may have to do its work yet."""
        inside = [pathlib.Path(line.split(b" ")[1].decode()).parent
                  for line in out.split(b"\n") if line.startswith(b"folder /")]
        for _ in range(LIMIT * 50):
            if not any(self.folder.iterdir()) and not any(
                    path.exists() for path in inside):
                return ""
            select.select([], [], [], 0.02)
        return "a folder is left"

    def bad(self, at, interrupts=False):
        done, why = self.run(at, interrupts)
        out, said = done.stdout, done.stderr
        why = why or self.left(out) or self.judge(done, interrupts)
        if any(text in out + said for text in KNOWN):
            why = "a secret is shown"
        _, name = self.scarce.calls()
        return why and "call %d, %s: %s: status %d\n%s%s" % (
            at, name, why, done.returncode, out.decode()[:300],
            said.decode()[:600])

    @staticmethod
    def judge(done, interrupts):
        out, status = done.stdout, done.returncode
        if not out:
            if not interrupts and status in STATUS and re.search(
                    rb"^apam: .", done.stderr, re.MULTILINE):
                return ""
            return "it does not end with what failed"
        codes = out.split(b"\n")[-2].split()
        if status != 0 or not out.startswith(b"begins with all\n"):
            return "the program ran without what it needs"
        if codes == RIGHT:
            return ""
        if interrupts or len(codes) != 3 or not all(
                a in (b, *ERRORS) for a, b in zip(codes, RIGHT)):
            return "requests came to %s" % codes
        return ""


def sweep(workers, interrupts):
    bad = workers[0].bad(0, interrupts)
    if bad:
        print("nothing fails: " + bad)
    count, _ = workers[0].scarce.calls()
    free = list(workers)

    def one(at):
        worker = free.pop()
        try:
            return worker.bad(at, interrupts)
        finally:
            free.append(worker)

    with concurrent.futures.ThreadPoolExecutor(len(workers)) as pool:
        found = [why for why in pool.map(one, range(1, count + 1)) if why]
    for why in found[:5]:
        print(why)
    print("%s: %d calls, %d bad" % (
        "interrupted" if interrupts else "failed", count,
        len(found) + bool(bad)))
    return count > 10 and not found and not bad


def main():
    workers = [Worker(i) for i in range(WORKERS)]
    good = [sweep(workers, interrupts) for interrupts in (False, True)]
    for worker in workers:
        shutil.rmtree(worker.folder)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
