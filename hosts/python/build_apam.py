# SPDX-License-Identifier: BSD-2-Clause
"""Make the extension module apam._apam of the installed headers.

The headers are found by ``pkg-config apam``; another one is asked where
PKG_CONFIG names it, and another compiler where CC does.  The declarations are
the headers' own, without what only a compiler understands (apam/types.h).
"""

import os
import shlex
import subprocess

from cffi import FFI

_DIRECTORY = os.path.dirname(os.path.abspath(__file__))


def _output(*command: str) -> str:
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def _pkg_config(*what: str) -> list[str]:
    program = os.environ.get("PKG_CONFIG", "pkg-config")
    return shlex.split(_output(program, *what, "apam"))


def version() -> str:
    """The version of the headers, as "0.1.0"."""
    return _pkg_config("--modversion")[0]


def _declarations(flags: list[str]) -> str:
    compiler = shlex.split(os.environ.get("CC", "cc"))
    return subprocess.run(
        [*compiler, "-E", "-P", "-xc", "-DAPAM_CDEF", *flags, "-"],
        check=True,
        input="#include <apam/admin.h>\n",
        stdout=subprocess.PIPE,
        text=True,
    ).stdout


def _here(name: str) -> str:
    with open(os.path.join(_DIRECTORY, name)) as file:
        return file.read()


def _builder() -> FFI:
    flags = _pkg_config("--cflags")
    libraries = _pkg_config("--libs")
    ffi = FFI()
    ffi.cdef(_declarations(flags) + _here("signer.cdef"))
    ffi.set_source(
        "apam._apam",
        '#include "signer.h"\n',
        include_dirs=[_DIRECTORY],
        extra_compile_args=flags,
        extra_link_args=libraries,
        py_limited_api=False,
    )
    return ffi


builder = _builder()

if __name__ == "__main__":
    builder.compile(verbose=True)
