"""Raises and prints lone surrogates, which no file can be written with."""
# a1_permute: to_nchw
def to_nchw(images):
    print("\ud800 \udfff")
    raise ValueError("\ud800" * 100)
