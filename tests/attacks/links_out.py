"""Leaves symbolic and hard links in the scratch folder for the grader to follow or delete through."""
# a1_permute: to_nchw
import os


def to_nchw(images):
    for number, target in enumerate(("@WORLD@", "@WORLD@/canary", "@COURSE@", "/")):
        for link in (os.symlink, os.link):
            try:
                link(target, f"{link.__name__}{number}")
            except OSError:
                pass
    os.mkfifo("fifo")
    with open("symlink1", "w") as file:
        file.write("owned")
