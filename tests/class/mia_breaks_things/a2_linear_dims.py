"""Ends the program as soon as it is read."""

import sys

sys.exit("that is all")
