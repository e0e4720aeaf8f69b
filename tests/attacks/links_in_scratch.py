"""Puts links, pipes and sockets in the place of its folder's files, for whoever clears it away."""
# a1_permute: to_nchw
import os
import socket


def to_nchw(images):
    for number, target in enumerate(("@COURSE@", "@WORLD@", "/", "/proc/self/fd", "..")):
        try:
            os.symlink(target, f"link{number}")
            os.mkfifo(f"pipe{number}")
            socket.socket(socket.AF_UNIX).bind(f"socket{number}")
        except OSError:
            pass
    for number in range(3):
        os.makedirs(f"closed{number}/inner", exist_ok=True)
        try:
            os.symlink("@COURSE@", f"closed{number}/inner/course")
            os.chmod(f"closed{number}/inner", 0)
            os.chmod(f"closed{number}", 0)
        except OSError:
            pass
    return images
