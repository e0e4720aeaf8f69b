"""The two errors that a command may end with when our code is not at fault.

The command line prints the message and exits with the code, so nobody sees a traceback for bad input.
"""


class UserError(Exception):
    """The user asked for something that cannot be done. The message says what to do instead. Exit code 2."""

    exit_code = 2


class InfrastructureError(Exception):
    """The machine, not the submission, is at fault: disk full, no sandbox, a worker that died. Exit code 3."""

    exit_code = 3
