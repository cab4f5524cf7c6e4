# SPDX-License-Identifier: BSD-2-Clause
"""A service manager that keeps PLACES descriptors, tells the agent to end, and
starts another one: places.py PLACES APAMD CONFIG SOCKET.  A page that is kept is
the next agent's; one that is not ends with its agent, for all who have it."""
import signal
import sys

from client import wait_until
from manager import Manager
from pages import PROFILE, is_fresh, take

STORED = ['page.' + PROFILE]


def main():
    places = int(sys.argv[1])
    manager = Manager(*sys.argv[2:], places)
    # One is for finding out whether there is one more.
    kept = places >= 2
    try:
        page = take(sys.argv[4])[1]
        assert page.retired == 0
        wait_until(lambda: list(manager.stored) == (STORED if kept else []))
        manager.kill(signal.SIGTERM)
        wait_until(lambda: manager.lives == 2)
        assert (page.retired == 0) == kept, page.state()
        agent, following, _ = take(sys.argv[4])
        assert (following.serial == page.serial) == kept
        is_fresh(agent, following)
        assert kept or not page.fresh
    finally:
        manager.end()


if __name__ == '__main__':
    main()
