#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What a signature costs a Python program (tests/bench/python.py), with the
# sandbox's provider and a package of this tree's: make bench-python.
. "$(dirname "$0")/../suite/cli/lib.bash"
. "$(dirname "$0")/../suite/cli/providers.bash"

python=$(tools/find-python cffi setuptools wheel requests) || exit 1
seven seven
tools/build-python "$build" "$python" || exit 1
export APAM_CONFIG=$dir/apam.conf LD_LIBRARY_PATH=$build \
    PYTHONPATH=$build/python/site PYTHONDONTWRITEBYTECODE=1 \
    SANDBOX_SEVEN=$seven
"$python" tests/bench/python.py
