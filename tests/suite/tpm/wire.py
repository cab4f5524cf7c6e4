# SPDX-License-Identifier: BSD-2-Clause
# A resource manager for a software TPM, as far as a test needs one: swtpm has
# one client, and several processes want to speak to it.
#
#   wire.py share TPM SOCKET   listen there, and pass each command of each client
#                              to the TPM's socket, one after the other
#   wire.py join SOCKET        speak to that for a TCTI "cmd:", by stdin and stdout
import os
import socket
import struct
import sys
import threading


def take(sock, n):
    got = b""
    while len(got) < n:
        more = sock.recv(n - len(got))
        if not more:
            raise EOFError
        got += more
    return got


def take_frame(sock):
    """A command or a response: its length is in the third to sixth byte."""
    head = take(sock, 10)
    return head + take(sock, struct.unpack(">I", head[2:6])[0] - 10)


def connect(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(path)
    return sock


def serve(client, tpm, lock):
    try:
        while True:
            command = take_frame(client)
            with lock:
                tpm.sendall(command)
                answer = take_frame(tpm)
            client.sendall(answer)
    except (EOFError, OSError):
        client.close()


def share(path, at):
    tpm, lock = connect(path), threading.Lock()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(at)
    listener.listen(16)
    while True:
        client, _ = listener.accept()
        threading.Thread(
            target=serve, args=(client, tpm, lock), daemon=True
        ).start()


def join(at):
    sock = connect(at)

    def upward():
        while True:
            some = os.read(0, 4096)
            if not some:
                os._exit(0)
            sock.sendall(some)

    threading.Thread(target=upward, daemon=True).start()
    while True:
        some = sock.recv(4096)
        if not some:
            return
        os.write(1, some)


if __name__ == "__main__":
    {"share": share, "join": join}[sys.argv[1]](*sys.argv[2:])
