#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run one command of apam again and again, with another call failing each time:

    sweep.py [--sends] [--status N] [--tried FILE] KIND POINTS TREE APAM [ARGUMENT ...]

KIND is "memory", "EIO" or "EMFILE"; see tests/faults/fault.h.  Of all its calls
of that kind at most POINTS fail, each alone: the first of each place that calls, as
tests/faults/place.h has it; where these are more, some of them at even distances.
Beside these all places fail that are not in FILE yet, which then has them: so all
are tried of many commands, and what most of them begin with is not tried in each.
TREE is a directory, which is as it was before each run; the command is there, and
its standard input is TREE.input.

Each run ends by itself.  It says what the run without a failure said, and leaves
what that left; or it says what failed, and leaves TREE as it was, or as a run that
is done leaves it: nothing by halves.  Memory that is short is called that, but by
libcurl, which a command asks that sends: it may call it what its own errors say.

The run without a failure ends with the status N, or 0: what was meant to be done is
done, so that something can fail of it.

Prints what was bad.  The exit status is 1 where something was, or where there was
no call to fail.
"""
import argparse
import errno
import os
import pathlib
import re
import shutil
import subprocess
import sys

KINDS = {"memory": (1, errno.ENOMEM), "EIO": (2, errno.EIO),
         "EMFILE": (2, errno.EMFILE)}
# What a run may say of it, for a person to know what has failed.
FILES = rb"cannot|could not|Input/output|Too many|(is|are) not there|does not exist|is missing|failed|descriptors|memory|not known"
SAID = {"memory": rb"memory|not known|cannot (create|open) shared object", "EIO": FILES,
        "EMFILE": FILES}
LIMIT = 120  # seconds, for one run
# What is counted or dated may be there or not: it is noted last, and can be lost;
# and which registry was seen has a number of chance.  A lock is an empty file, which
# stays where it was made.
NOTES = re.compile(r"(^|/)(index|audit[^/]*|use[sd][^/]*|(registry)?\.lock|lock|notes|registry.known)(/|$)")
# Times, numbers of processes, what a provider counts, and what comes of a salt.
CHANGES = re.compile(rb"\"mark\": \"\w+\"|[0-9a-f]{16,}|\d+|just now|\b[a-z]+ ago\b|group \w+")
WRONG = re.compile(rb"malformed|syntax|damaged|is not an option|duplicate|not valid")


def shape(tree):
    """Each file's name and bytes, but of those that only count."""
    files = {}
    for path in sorted(tree.rglob("*")):
        name = str(path.relative_to(tree))
        if path.is_file() and not NOTES.search(name):
            files[CHANGES.sub(b"#", name.encode())] = CHANGES.sub(
                b"#", path.read_bytes())
    return files


class Sweep:
    def __init__(self, kind, tree, command):
        self.name_of_kind = kind
        self.kind, self.error = KINDS[kind]
        self.tree, self.command = tree, command
        self.kept = tree.with_name(tree.name + ".kept")
        self.places = tree.with_name(tree.name + ".places")
        shutil.copytree(tree, self.kept, symlinks=True)
        self.before = shape(tree)

    def restore(self):
        """Directories stay: who finds none removes the page of its key registry."""
        for path in sorted(self.tree.rglob("*"), reverse=True):
            if path.is_symlink() or not path.is_dir():
                path.unlink()
            elif not (self.kept / path.relative_to(self.tree)).is_dir():
                path.rmdir()
        shutil.copytree(self.kept, self.tree, symlinks=True, dirs_exist_ok=True)

    def run(self, at):
        self.restore()
        fault = os.environ["FAULT_SO"]
        environment = dict(
            os.environ, LD_PRELOAD=fault,
            APAM_FAULT=f"{self.kind}:{at}:{self.error}:{at}")
        if at == 0:
            environment["APAM_FAULT_PLACES"] = str(self.places)
        with open(str(self.tree) + ".input", "rb") as given:
            done = subprocess.run(
                self.command, stdin=given, env=environment, cwd=self.tree,
                timeout=LIMIT, capture_output=True, check=False)
        return done, shape(self.tree)

    def whole(self):
        """Where each call comes from, of a run without a failure."""
        done, self.after = self.run(0)
        self.out = CHANGES.sub(b"#", done.stdout)
        self.status = done.returncode
        self.said = done.stderr.decode()
        return self.places.read_text().split()

    def differs(self, done, left):
        """How a run that says nothing differs from the one without a failure."""
        if done.returncode != self.status:
            return f"it ends as if nothing failed, but without a failure with {self.status}"
        names = [name.decode() for name in sorted(left.keys() | self.after.keys())
                 if left.get(name) != self.after.get(name)]
        return "it does not say what failed; " + (
            f"other files: {' '.join(names)}" if names else "another output")

    def bad(self, at):
        """What is wrong with the run whose call `at` fails; None: nothing."""
        done, left = self.run(at)
        said = done.stderr + done.stdout
        if not 0 <= done.returncode <= 5:
            return f"it ended with {done.returncode}", done
        if (done.returncode == self.status and left == self.after and
                CHANGES.sub(b"#", done.stdout) == self.out):
            return None
        if not (self.sends and said) and not re.search(SAID[self.name_of_kind], said):
            return self.differs(done, left), done
        if self.error == errno.ENOMEM and WRONG.search(said):
            return "it says something else of its memory", done
        if left not in (self.before, self.after):
            return "it left something by halves", done
        return None


def firsts(places):
    """The numbers, from 1, of the first call of each place."""
    first = {}
    for at, place in enumerate(places, 1):
        first.setdefault(place, at)
    return sorted(first.values())


def choose(places, points, tried):
    """The numbers of the calls that fail."""
    all_of_them = firsts(places)
    few = min(points, len(all_of_them))
    chosen = {all_of_them[i * len(all_of_them) // few] for i in range(few)}
    if tried:
        known = set(tried.read_text().split()) if tried.exists() else set()
        chosen |= {at for at in all_of_them if places[at - 1] not in known}
        tried.write_text("\n".join(known | set(places)))
    return sorted(chosen)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sends", action="store_true")
    parser.add_argument("--status", type=int, default=0)
    parser.add_argument("--tried", type=pathlib.Path)
    parser.add_argument("kind")
    parser.add_argument("points", type=int)
    parser.add_argument("tree", type=pathlib.Path)
    parser.add_argument("command", nargs=argparse.REMAINDER)
    given = parser.parse_args()
    kind = given.kind
    sweep = Sweep(kind, given.tree, given.command)
    sweep.sends = given.sends
    places = sweep.whole()
    if sweep.status != given.status:
        print(f"without a failure: status {sweep.status}: {sweep.said[:300]}")
        return 1
    calls, chosen = len(places), choose(places, given.points, given.tried)
    bad = 0
    for at in chosen:
        found = sweep.bad(at)
        if found is None:
            continue
        bad += 1
        if bad <= 3:
            print(f"{kind} {at} of {calls}: {found[0]}: status "
                  f"{found[1].returncode}: {found[1].stderr.decode()[:300]}"
                  f"{found[1].stdout.decode()[:200]}")
    print(f"{kind}: {calls} calls from {len(firsts(places))} places, "
          f"{len(chosen)} failed, {bad} bad")
    sweep.restore()
    return 1 if bad or calls < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
