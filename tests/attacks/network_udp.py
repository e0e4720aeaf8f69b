"""Sends datagrams, raw and netlink messages."""
# a1_permute: to_nchw
import socket


def to_nchw(images):
    kinds = [(socket.AF_INET, socket.SOCK_DGRAM), (socket.AF_INET, socket.SOCK_RAW), (socket.AF_NETLINK, socket.SOCK_RAW)]
    kinds += [(socket.AF_PACKET, socket.SOCK_RAW), (40, socket.SOCK_STREAM)]
    for family, kind in kinds:
        try:
            with socket.socket(family, kind) as sock:
                sock.sendto(b"owned", ("127.0.0.1", @PORT@))
        except (OSError, TypeError):
            pass
