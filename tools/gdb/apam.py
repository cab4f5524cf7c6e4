# SPDX-License-Identifier: BSD-2-Clause
"""
Printers for gdb of the structs that one meets most when debugging apam:

    gdb -x tools/gdb/apam.py build/apam

Each prints as one line, so that `bt full` and `print *entry` can be read;
`print/r` shows the bare struct.  The bytes of a buffer with locked memory are
not shown, nor is a text in such memory (base/secmem.h): what a terminal or a
log has seen is not a secret any more.  `set apam-secrets on` shows them all the
same.
"""
import time

import gdb
import gdb.printing

SHOWN_BYTES = 200
FOREVER = 2**63 - 1


class Secrets(gdb.Parameter):
    """Whether the bytes of buffers and of memory for secrets are shown."""

    set_doc = show_doc = __doc__

    def __init__(self):
        super().__init__("apam-secrets", gdb.COMMAND_DATA, gdb.PARAM_BOOLEAN)
        self.value = False

    def get_set_string(self):
        return ""

    def get_show_string(self, value):
        return "The bytes of secrets are shown: %s." % value


secrets = Secrets()


# ---- The process ------------------------------------------------------------


def live_pid():
    """The process on this machine that is debugged; None: a core, a remote."""
    inferior = gdb.selected_inferior()
    connection = getattr(inferior, "connection", None)
    if connection is None or connection.type != "native":
        return None
    return inferior.pid or None


def is_secret(address):
    """Whether that is memory for secrets.  None: it cannot be told."""
    pid = live_pid()
    if pid is None:
        return None
    inside = False
    try:
        with open("/proc/%d/smaps" % pid, encoding="ascii", errors="replace"
                  ) as maps:
            for line in maps:
                word = line.split()
                if word[0] == "VmFlags:" and inside:
                    return "dd" in word     # not in core files
                if "-" in word[0] and not word[0].endswith(":"):
                    low, high = (int(n, 16) for n in word[0].split("-"))
                    inside = low <= address < high
    except (OSError, ValueError, IndexError):
        return None
    return None


def moment(ms):
    """A time of clock_ms, from now where there is a now."""
    if ms == 0 or ms >= FOREVER:
        return "never"
    if live_pid() is None:
        return "at clock_ms %d" % ms
    left = ms / 1000 - time.clock_gettime(time.CLOCK_BOOTTIME)
    return "in %.0f s" % left if left >= 0 else "%.0f s ago" % -left


# ---- Values -----------------------------------------------------------------


def field(value, *names):
    """The first of these members that the struct has; None: it has none."""
    there = {f.name for f in value.type.strip_typedefs().fields()}
    for name in names:
        if name in there:
            return value[name]
    return None


def number(value, *names):
    found = field(value, *names)
    return 0 if found is None else int(found)


def target(pointer):
    """What a pointer points at; None for NULL, and for no pointer."""
    return pointer.dereference() if pointer is not None and pointer else None


def quoted(data):
    text = "".join(
        chr(b) if 32 <= b < 127 and b not in b'"\\' else "\\x%02x" % b
        for b in data[:SHOWN_BYTES])
    return '"%s"%s' % (text, "..." if len(data) > SHOWN_BYTES else "")


def text_at(pointer, length, hide):
    """`length` bytes as a text, or how many they are."""
    if pointer is None or not pointer or length == 0:
        return '""'
    if hide and not secrets.value:
        return "<%d bytes, not shown>" % length
    try:
        data = gdb.selected_inferior().read_memory(
            int(pointer), min(length, SHOWN_BYTES + 1)).tobytes()
    except gdb.MemoryError:
        return "<%d bytes, not there>" % length
    return quoted(data)


def c_text(pointer):
    """A text that ends with a NUL and is not a secret."""
    if pointer is None or (
            pointer.type.strip_typedefs().code == gdb.TYPE_CODE_PTR and
            not pointer):
        return "-"
    try:
        return pointer.string(errors="replace")
    except gdb.error:
        return "<not there>"


def word(value, prefix):
    """APAM_KEY_GOOD as good."""
    return str(value).split("::")[-1].replace(prefix, "").lower()


def a_number_of(n, what):
    return "%d %s%s" % (n, what, "" if n == 1 else "s")


# ---- Printers ---------------------------------------------------------------


class Printer:
    def __init__(self, value):
        self.v = value

    def to_string(self):
        return self.line()


class Str(Printer):
    """A view of bytes, which may be a secret's."""

    def line(self):
        pointer, n = self.v["p"], int(self.v["n"])
        hide = is_secret(int(pointer)) if pointer and n > 0 else False
        if hide is None:    # a core file has no memory for secrets
            hide = live_pid() is not None
        return text_at(pointer, n, hide)


class Buf(Printer):
    def line(self):
        v = self.v
        if v["failed"]:
            return "failed: %s" % ("out of memory" if v["no_memory"] else
                                   "more than %d bytes" % int(v["max"]))
        plain = field(v, "plain")
        return "%s, %d of at most %d bytes" % (
            text_at(v["p"], int(v["n"]), plain is None or not plain),
            int(v["n"]), int(v["max"]))


class Error(Printer):
    def line(self):
        status = word(self.v["status"], "APAM_E_").replace("apam_", "")
        text = c_text(self.v["text"])
        return status + (": " + text if text else "")


class Url(Printer):
    def line(self):
        v = self.v
        return "%s, host %s, port %d%s" % (
            Str(v["text"]).line(), c_text(v["host"]), int(v["port"]),
            ", loopback" if v["loopback"] else "")


class Credential(Printer):
    def line(self):
        v = self.v
        return "generation %d, %d bytes, %s, expires %s" % (
            int(v["generation"]), int(v["secret"]["n"]),
            "minted" if v["minted"] else "static",
            moment(int(v["expires"])))


class CredentialState(Printer):
    """What is held for an entry, and when not to ask for another."""

    def line(self):
        v = self.v
        held = target(field(v, "current"))
        said = ["no credential" if held is None else Credential(held).line()]
        refresh = number(v, "refresh_at")
        if held is not None and 0 < refresh < FOREVER:
            said.append("to be refreshed " + moment(refresh))
        if number(v, "rejected"):
            said.append("rejected up to generation %d" % number(v, "rejected"))
        restraint = v["restraint"]
        if int(restraint["latch"]["status"]) != 0:
            said.append("latched: " + Error(restraint["latch"]).line())
        if number(restraint, "failures"):
            said.append("%s, next try %s" % (
                a_number_of(number(restraint, "failures"), "failure"),
                moment(number(restraint, "not_before"))))
        return ", ".join(said)


class KeyState(Printer):
    """The provider's word on a key."""

    def line(self):
        found = field(self.v, "found")
        said = word(found["state"], "APAM_KEY_")
        if int(found["at"]) != 0:
            said += " since Unix time %d" % int(found["at"])
        evidence = c_text(found["evidence"])
        if evidence:
            said += ": " + evidence
        if number(self.v, "doubtful"):
            said += ", doubtful"
        return said


class FlightState(Printer):
    """What is under way for an entry, and who waits."""

    def line(self):
        v = self.v
        said = ["a flight is under way" if v["busy"] else "no flight"]
        if v["busy"] and int(v["late"]):
            said.append("late calls are told: " + v["late"].string())
        if int(v["waiting"]):
            said.append(a_number_of(int(v["waiting"]), "thread") + " waiting")
        said.append("%d landed" % int(v["flights"]))
        if int(v["outcome"]["status"]) != 0:
            said.append("the last one: " + Error(v["outcome"]).line())
        return ", ".join(said)


class Entry(Printer):
    def line(self):
        v = self.v
        conf = target(field(v, "conf"))
        profile = target(field(v, "profile"))
        said = ["entry %d of %s, scheme %s" % (
            int(v["index"]) + 1,
            "-" if profile is None else c_text(profile["name"]),
            "-" if conf is None else c_text(conf["scheme"]))]
        if not field(v, "state"):
            said.append("not open")
        state = v["credential"]
        said.append(CredentialState(state).line())
        said.append("key " + KeyState(state["key"]).line())
        return ", ".join(said)


class Stack(Printer):
    """The entries of a profile, as its files said at one time."""

    def line(self):
        v = self.v
        profile = target(field(v, "profile"))
        return "stack of %s, %s, %s, %s" % (
            "-" if profile is None else c_text(profile["name"]),
            "open" if v["read"] else "not open",
            a_number_of(int(v["owner"]["refs"]), "user"),
            a_number_of(int(v["count"]), "entry").replace("entrys", "entries"))

    def children(self):
        for i in range(int(self.v["count"])):
            yield str(i + 1), self.v["entries"][i]


class Slot(Printer):
    """The copy of a cached signature.  Its image is made of secrets."""

    def line(self):
        page = self.v["page"]
        sequence, shape = int(page["sequence"]), int(page["shape"])
        if sequence % 2 == 1:
            return "slot, being written"
        if shape == 0:
            return "slot, closed"
        return "slot, %s of %d bytes, %s, generation %d" % (
            a_number_of(shape & 0x7, "header"), shape >> 8,
            a_number_of(int(self.v["origin_count"]), "origin"),
            int(page["generation"]))


PRINTERS = {
    "apam_error": Error,
    "apam_str": Str,
    "buf": Buf,
    "credential": Credential,
    "credential_state": CredentialState,
    "entry": Entry,
    "flight_state": FlightState,
    "key_state": KeyState,
    "slot": Slot,
    "stack": Stack,
    "url": Url,
}


class Lookup(gdb.printing.PrettyPrinter):
    def __init__(self):
        super().__init__("apam", [
            gdb.printing.SubPrettyPrinter(name) for name in PRINTERS])

    def __call__(self, value):
        kind = value.type.strip_typedefs().unqualified()
        if kind.code != gdb.TYPE_CODE_STRUCT or kind.tag not in PRINTERS:
            return None
        return PRINTERS[kind.tag](value)


gdb.printing.register_pretty_printer(None, Lookup(), replace=True)
