"""Grades submissions for the lecture "Convolutional Neural Networks" in a sandbox, and explains what is wrong."""

import sys

__version__ = "1.0.0"

# In a clone, any Python can start the package. So this file is written as Pythons before 3.6 read it, too.
if sys.version_info < (3, 11):
    raise SystemExit(
        "The course needs Python 3.11 or newer, and this is Python {}.{} ({}). Use the environment in which you installed "
        "the course; in a notebook, choose its kernel. The README says how to make one.".format(
            sys.version_info[0], sys.version_info[1], sys.executable
        )
    )
