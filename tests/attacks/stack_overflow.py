"""Recurses until the stack is gone."""
# a1_permute: to_nchw
import sys

sys.setrecursionlimit(10**9)


def to_nchw(images):
    return to_nchw(images)
