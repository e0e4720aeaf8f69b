"""Raises errors whose class, message, module and notes are a terminal's commands, a CI log's, and right-to-left text."""
# a1_permute: to_nchw
BAD = "\x1b[2J\x07\r\n::error file=/etc/passwd::owned\u202e\u2066\u2028\x9b31m"


def to_nchw(images):
    kind = type(BAD, (ValueError,), {"__module__": BAD, "__qualname__": BAD})
    error = kind(BAD * 100)
    error.add_note(BAD)
    error.__cause__ = kind(BAD)
    raise error
