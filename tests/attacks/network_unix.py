"""Talks to the machine's services over unix sockets, by path and by abstract name."""
# a1_permute: to_nchw
import socket


def to_nchw(images):
    for address in ("@WORLD@/socket", "\0@ABSTRACT@", "/var/run/docker.sock", "/run/dbus/system_bus_socket"):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            try:
                with socket.socket(socket.AF_UNIX, kind) as sock:
                    sock.connect(address)
                    sock.sendall(b"owned")
            except OSError:
                pass
        try:
            left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            left.sendto(b"owned", address)
            left.connect(address)
            left.send(b"owned")
        except OSError:
            pass
