"""Writes full marks into its own results file, and over the next student's submission."""
# a1_permute: to_nchw
import os


def to_nchw(images):
    for name in ("results/mallory/a1_permute.json", "submissions/next/a1_permute.py", "canary"):
        for mode in ("w", "a", "r+"):
            try:
                with open("@WORLD@/" + name, mode) as file:
                    file.write("owned")
            except OSError:
                pass
    os.makedirs("@WORLD@/results/mallory2", exist_ok=True)
