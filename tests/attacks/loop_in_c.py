"""Spends for ever in one call below Python, where no signal handler runs."""
# a1_permute: to_nchw
def to_nchw(images):
    return 9 ** (9**9)
