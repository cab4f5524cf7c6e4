# SPDX-License-Identifier: BSD-2-Clause
"""The file of tests/faults/scarce.h, which says which call of a program fails."""
import mmap
import pathlib
import struct

PLACES = 1024
HEAD = struct.Struct("<QQQ32sQQ32s")
SIZE = HEAD.size + 16 * PLACES


class Scarce:
    def __init__(self, path, most=30):
        self.path, self.most = pathlib.Path(path), most
        self.path.write_bytes(bytes(SIZE))
        with open(self.path, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), SIZE)
        self.fail(0)

    def fail(self, at, interrupts=False, lacking=""):
        """Call `at` from now on fails; 0: none.  The one that is lacking has no
        memory, as often as it is made."""
        self.map[0:8] = bytes(8)
        self.map[8:] = bytes(SIZE - 8)
        self.map[0:HEAD.size] = HEAD.pack(
            at, self.most, interrupts, lacking.encode(), 0, 0, b"")

    def lacks(self):
        """How often that one was."""
        return HEAD.unpack(self.map[0:HEAD.size])[5]

    def calls(self):
        """How many calls there were, and the name of the one that failed."""
        _, _, _, _, calls, _, name = HEAD.unpack(self.map[0:HEAD.size])
        return calls, name.rstrip(b"\0").decode()
