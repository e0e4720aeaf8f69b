"""Returns a million things in nested lists, which take long to look through."""
# a1_permute: to_nchw


def to_nchw(images):
    return [[[0] * 10 for _ in range(100)] for _ in range(1000)]
