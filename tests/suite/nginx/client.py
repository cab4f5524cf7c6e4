#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Requests to a gateway's Unix socket that no well-behaved client makes.

    client.py load SOCKET N URL-PATH...   N requests by four clients, and more
                                          until standard input ends, each on new
                                          connections and kept ones; prints how
                                          many were not answered 200
    client.py tally SOCKET N CLIENTS URL-PATH...
                                          N requests, each on a new connection, by
                                          so many clients; prints "OUTCOME COUNT"
                                          lines: a status, or "closed" without one
    client.py tally-on SOCKET N CLIENTS URL-PATH...
                                          the same, and more until standard input
                                          ends
    client.py raw SOCKET                  standard input is sent as it is; prints
                                          what comes until it closes, or is
                                          silent for 1.5 s after the first of it
    client.py leave ADDRESS PORT PATH     a request by TCP, and close at once
    client.py half ADDRESS PORT PATH      a request, no more to send, and what
                                          comes then
"""
import collections
import http.client
import itertools
import socket
import sys
import threading


def connect(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(120)
    s.connect(path)
    return s


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = connect(self.path)


def load(path, n, targets):
    failed, lock, told_to_end = [], threading.Lock(), threading.Event()

    def run(first):
        kept = Connection(path)
        for i in itertools.count(first, 4):
            if i >= n and told_to_end.is_set():
                return
            # One that was kept may be closed by a reload, as HTTP allows; a new
            # one may not.
            c = kept if i % 8 < 4 else Connection(path)
            why = attempt(c, targets[i % len(targets)])
            if why == "closed" and c is kept:
                c.close()
                why = attempt(c, targets[i % len(targets)])
            if why != 200:
                with lock:
                    failed.append(why)
            if c is not kept:
                c.close()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    sys.stdin.read()
    told_to_end.set()
    for t in threads:
        t.join()
    for why in failed[:10]:
        print(why, file=sys.stderr)
    print(len(failed))


def tally(path, n, clients, targets, goes_on):
    outcomes, lock = collections.Counter(), threading.Lock()
    told_to_end = threading.Event()
    if not goes_on:
        told_to_end.set()

    def run(first):
        for i in itertools.count(first, clients):
            if i >= n and told_to_end.is_set():
                return
            c = Connection(path)
            outcome = attempt(c, targets[i % len(targets)], False)
            c.close()
            with lock:
                outcomes[outcome] += 1

    threads = [threading.Thread(target=run, args=(i,)) for i in range(clients)]
    for t in threads:
        t.start()
    if goes_on:
        sys.stdin.read()
    told_to_end.set()
    for t in threads:
        t.join()
    for outcome, count in sorted(outcomes.items(), key=str):
        print(outcome, count)


def attempt(c, target, loud=True):
    try:
        c.request("GET", target)
        response = c.getresponse()
        body = response.read()
        if response.status != 200 and loud:
            print(body[:300], file=sys.stderr)
        return response.status
    except (http.client.RemoteDisconnected, http.client.IncompleteRead,
            BrokenPipeError, ConnectionResetError):
        return "closed"
    except OSError as e:
        return repr(e)


def raw(path):
    s = connect(path)
    s.sendall(sys.stdin.buffer.read())
    try:
        while True:
            piece = s.recv(65536)
            if not piece:
                break
            s.settimeout(1.5)
            sys.stdout.buffer.write(piece)
    except OSError:
        pass


def leave(address, port, path, wait):
    s = socket.create_connection((address, int(port)))
    host = f"[{address}]" if ":" in address else address
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\n"
              "Connection: close\r\n\r\n".encode())
    if wait:
        s.shutdown(socket.SHUT_WR)
    else:
        s.close()
    print("sent", flush=True)
    if wait:
        while piece := s.recv(65536):
            sys.stdout.buffer.write(piece)


if sys.argv[1] in ("leave", "half"):
    leave(*sys.argv[2:], sys.argv[1] == "half")
elif sys.argv[1] in ("tally", "tally-on"):
    tally(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5:],
          sys.argv[1] == "tally-on")
elif sys.argv[1] == "load":
    load(sys.argv[2], int(sys.argv[3]), sys.argv[4:])
else:
    raw(sys.argv[2])
