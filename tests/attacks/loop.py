"""Loops for ever, and swallows whatever would end it."""
# a1_permute: to_nchw
def to_nchw(images):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
