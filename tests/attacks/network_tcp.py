"""Sends what it was given to a listener, over TCP."""
# a1_permute: to_nchw
import socket


def to_nchw(images):
    for family, address in ((socket.AF_INET, ("127.0.0.1", @PORT@)), (socket.AF_INET6, ("::1", @PORT@))):
        try:
            with socket.socket(family) as sock:
                sock.connect(address)
                sock.sendall(images.numpy().tobytes())
        except OSError:
            pass
