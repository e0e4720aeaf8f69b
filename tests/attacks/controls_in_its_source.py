"""Raises at a line that holds a terminal's commands, a carriage return's like and turns of the writing direction."""
# a1_permute: to_nchw
def to_nchw(images):
    raise ValueError("[2J‮⁦31m ::error::owned")  # ]0;owned ‮
