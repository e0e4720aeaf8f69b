"""Loads native code of its own making."""
# a1_permute: to_nchw
import ctypes


def to_nchw(images):
    with open("evil.so", "wb") as file:
        file.write(open("/proc/self/exe", "rb").read(1 << 20) if False else b"\x7fELF" + b"\0" * 100)
    ctypes.CDLL("./evil.so")
