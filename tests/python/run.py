# SPDX-License-Identifier: BSD-2-Clause
"""Run the tests here, or those that are named, and say "N passed, N failed"."""

import os
import sys
import unittest

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, here)
loader = unittest.TestLoader()
suite = (
    loader.loadTestsFromNames(sys.argv[1:])
    if sys.argv[1:]
    else loader.discover(here)
)
result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(suite)
failed = len(result.failures) + len(result.errors)
if result.testsRun == 0:
    failed = 1
print(f"{result.testsRun - failed} passed, {failed} failed")
sys.exit(failed != 0)
