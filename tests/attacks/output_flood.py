"""Prints for ever."""
# a1_permute: to_nchw
def to_nchw(images):
    while True:
        print("x" * 65536)
