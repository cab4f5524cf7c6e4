#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""wrk on the three places of tests/bench/gateway.sh, in turn.

    gateway.py TITLE SIGNED-URL PLAIN-URL TOKEN-FILE

In the environment: PAIRS, how often each place is asked (60); EACH, for how
many seconds (1); CONNECTIONS, "1 16 64"; GATE=1 makes a limit that is missed a
failure.

Each round asks all three places once, in an order that changes, and gives two
ratios: of the signed place to the plain one, and of the plain one to itself,
under another name.  What the second one is off by is the machine's doing.  Its
speed changes within some seconds, so the places take turns as often as wrk can.
"""
import os
import re
import statistics
import subprocess
import sys

TITLE, SIGNED, PLAIN, TOKEN_FILE = sys.argv[1:5]
PAIRS = int(os.environ.get("PAIRS") or 60)
EACH = int(os.environ.get("EACH") or 1)
CONNECTIONS = [int(c) for c in (os.environ.get("CONNECTIONS") or "1 16 64")
               .split()]
THROUGHPUT_LEAST = 0.95     # of the plain place's
P99_MOST = 1.1
PLACES = {"seven": SIGNED, "plain": PLAIN, "again": PLAIN}
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}

with open(TOKEN_FILE) as f:
    TOKEN = f.read().strip()


def ask(place, connections, seconds):
    """Requests a second, and the 99th percentile of their times in seconds."""
    out = subprocess.run(
        ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--latency",
         "-H", "Authorization: Bearer " + TOKEN, "%s/%s/eyes" % (PLACES[place], place)],
        check=True, capture_output=True, text=True).stdout
    bad = re.search(r"Non-2xx.*|Socket errors.*", out)
    if bad:
        sys.exit("%s, %d connections: %s" % (place, connections, bad.group()))
    rate = float(re.search(r"Requests/sec: +([\d.]+)", out).group(1))
    p99 = re.search(r"99% +([\d.]+)(us|ms|s|m)\b", out)
    return rate, float(p99.group(1)) * UNITS[p99.group(2)]


def rounds(connections):
    for place in PLACES:
        ask(place, connections, 1)
    for i in range(PAIRS):
        order = list(PLACES)[i % 3:] + list(PLACES)[:i % 3]
        yield {place: ask(place, connections, EACH) for place in order}


def ratios(all_rounds, which, place):
    return sorted(r[place][which] / r["plain"][which] for r in all_rounds)


def spread(values):
    """From the 10th to the 90th percentile."""
    tenth = len(values) // 10
    return values[tenth], values[-1 - tenth]


def measure(connections):
    """One line of the table; true where both limits hold."""
    found = list(rounds(connections))
    rate, p99 = ratios(found, 0, "seven"), ratios(found, 1, "seven")
    same_rate, same_p99 = ratios(found, 0, "again"), ratios(found, 1, "again")
    middle = statistics.median(rate), statistics.median(p99)
    good = (middle[0] >= THROUGHPUT_LEAST and
            middle[1] <= max(P99_MOST, spread(same_p99)[1]))
    print("%11d  %8.0f  %5.3f  (%.2f to %.2f; %.3f)  %7.3f  %5.3f  "
          "(%.2f to %.2f; %.3f)%s" % (
              connections, statistics.median(r["seven"][0] for r in found),
              middle[0], *spread(same_rate), statistics.median(same_rate),
              1000 * statistics.median(r["seven"][1] for r in found),
              middle[1], *spread(same_p99), statistics.median(same_p99),
              "" if good else "  MISSED"), flush=True)
    return good


print("signed %s, %d rounds of %d s; in brackets the same nginx twice: its "
      "10th to 90th percentile, and median" % (TITLE, PAIRS, EACH))
print("connections  req/s     ratio  (the same twice)        p99 ms   ratio  "
      "(the same twice)")
held = [measure(c) for c in CONNECTIONS]
sys.exit(os.environ.get("GATE") == "1" and not all(held))
