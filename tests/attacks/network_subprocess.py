"""Starts other programs to do what it may not."""
# a1_permute: to_nchw
import subprocess
import sys


def to_nchw(images):
    code = "import socket; socket.create_connection(('127.0.0.1', @PORT@)).send(b'owned')"
    for command in ([sys.executable, "-c", code], ["sh", "-c", "echo owned > @WORLD@/canary"], ["curl", "127.0.0.1:@PORT@"]):
        try:
            subprocess.run(command, timeout=1)
        except (OSError, subprocess.SubprocessError):
            pass
