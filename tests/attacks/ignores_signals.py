"""Ignores every signal and loops."""
# a1_permute: to_nchw
import signal

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, [number])
    except (OSError, ValueError):
        pass


def to_nchw(images):
    while True:
        pass
