# SPDX-License-Identifier: BSD-2-Clause
"""What pyproject.toml cannot say: the version, which is the headers', and cffi."""

from setuptools import setup

from build_apam import version

setup(version=version(), cffi_modules=["build_apam.py:builder"])
