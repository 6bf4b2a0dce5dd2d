#!/usr/bin/env python3
"""Run the integration tests: all of them, or the modules that are named.

ROLEBRIDGE names the program under test; without it, build-test/rolebridge is.
"""

import sys
import unittest
from pathlib import Path

if __name__ == "__main__":
    here = str(Path(__file__).resolve().parent)
    names = sys.argv[1:] or ["discover", "-s", here]
    unittest.main(module=None, argv=["run.py", *names, "-v"])
