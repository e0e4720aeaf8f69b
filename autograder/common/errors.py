"""The two ways in which a command may fail without it being our bug.

The command line prints the message and exits with the code: nobody sees a traceback for bad input.
"""

from __future__ import annotations


class UserError(Exception):
    """Something was asked for that cannot be done; the message says what to do instead. Exit code 2."""

    exit_code = 2


class InfrastructureError(Exception):
    """The machine, not the submission, is at fault: disk full, no sandbox, a worker that died. Exit code 3."""

    exit_code = 3
