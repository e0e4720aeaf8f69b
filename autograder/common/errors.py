"""The two errors that a command may end with when our code is not at fault.

The command line prints the message and exits with the code, so nobody sees a traceback for bad input.
"""

import sys


class UserError(Exception):
    """The user asked for something that cannot be done. The message says what to do instead. Exit code 2."""

    exit_code = 2


class InfrastructureError(Exception):
    """The machine, not the submission, is at fault: disk full, no sandbox, a worker that died. Exit code 3."""

    exit_code = 3


def not_installed(package: str, extra: str) -> str:
    """What to do if this Python does not have a package. extra: the part of pyproject.toml that lists it."""
    return (
        f"the package {package.partition('.')[0]} is not installed for this Python ({sys.executable}). Use the environment in which you "
        "installed the course; in a notebook, choose its kernel. Or, in the folder of the course: "
        f'pip install -e ".[{extra}]"'
    )
