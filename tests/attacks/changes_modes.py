"""Takes away the grader's right to its own files: chmod, chown, utime, truncate, setxattr."""
# a1_permute: to_nchw
import os


def to_nchw(images):
    for name in ("@WORLD@", "@WORLD@/canary", "@WORLD@/results", "@COURSE@/solutions/a1_permute/a1_permute.py"):
        for change in (
            lambda: os.chmod(name, 0),
            lambda: os.chown(name, 12345, 12345),
            lambda: os.utime(name, (0, 0)),
            lambda: os.truncate(name, 0),
            lambda: os.setxattr(name, "user.owned", b"1"),
            lambda: os.rename(name, name + ".gone"),
        ):
            try:
                change()
            except OSError:
                pass
