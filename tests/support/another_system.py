"""Runs a Python program as if on another system, without what that system's Python lacks.

    python another_system.py win32|darwin MODULE_OR_FILE ARGUMENTS...

The grader and the sandbox both run in this way. What cannot be faked: paths with backslashes (pathlib asks the real
system), Windows' locks on open files, and PyTorch's own builds.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import runpy
import select
import signal
import socket
import sys

# These modules choose by platform when they are imported, and need the true one: they are imported first.
_SETTLED = (
    "subprocess socket tempfile shutil asyncio multiprocessing.connection multiprocessing.reduction ctypes ctypes.util "
    "platform threading pathlib webbrowser uuid getpass inspect mimetypes pytest rich.console rich.status rich.progress "
    "numpy torch torch.nn.functional torch.optim torch.utils.data safetensors.torch"
).split()
_POSIX_ONLY = (
    "fork forkpty geteuid getuid getgid getegid setuid setgid setsid killpg getloadavg WIFSIGNALED WTERMSIG WIFEXITED "
    "WEXITSTATUS sysconf O_NONBLOCK O_DIRECTORY mkfifo chroot getpriority wait wait4 waitid sched_getaffinity "
    "sched_setaffinity pipe2 memfd_create openpty setresuid setgroups"
).split()
_NO_MODULES = "fcntl termios tty pty resource pwd grp syslog".split()
# SIGKILL stays: the real Popen.kill needs it.
_NO_SIGNALS = "SIGPROF SIGALRM SIGCHLD SIGHUP SIGUSR1 SIGXCPU setitimer getitimer ITIMER_PROF ITIMER_REAL alarm".split()


def become(system: str) -> None:
    """Make this process look like one on that system."""
    for name in _SETTLED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    sys.platform = system
    if system == "win32":
        _without(os, _POSIX_ONLY)
        _without(signal, _NO_SIGNALS)
        _without(socket, ["AF_UNIX", "send_fds", "recv_fds", "SCM_RIGHTS"])
        _without(select, ["poll", "epoll"])
        for name in _NO_MODULES:
            sys.modules[name] = None  # type: ignore[assignment]
    else:
        _without(os, ["sched_getaffinity", "memfd_create", "pipe2", "setresuid"])


def _without(module: object, names: list[str]) -> None:
    for name in names:
        with contextlib.suppress(AttributeError):
            delattr(module, name)


def _fake_the_sandbox_too(system: str) -> None:
    from autograder.sandbox import launch, tiers

    real = tiers.zygote_command

    def command(tier, arguments, policy):  # type: ignore[no-untyped-def]
        return real(tier, [__file__, system, *arguments], policy)

    launch.tiers.zygote_command = command


def main() -> None:
    system, program, *arguments = sys.argv[1:]
    become(system)
    sys.argv = [program, *arguments]
    if program.endswith(".py"):
        sys.path[0] = os.path.dirname(program)
        runpy.run_path(program, run_name="__main__")
    else:
        _fake_the_sandbox_too(system)
        runpy.run_module(program, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
