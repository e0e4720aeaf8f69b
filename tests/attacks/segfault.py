"""Reads address zero."""
# a1_permute: to_nchw
import ctypes


def to_nchw(images):
    return ctypes.string_at(0)
