"""Returns texts that together are larger than any frame."""
# a1_permute: to_nchw


def to_nchw(images):
    return {f"{number}": "\x07" * 1999 for number in range(2000)}
