"""Raises with terminal escapes, markup and a forged verdict in the message."""
# a1_permute: to_nchw
def to_nchw(images):
    raise ValueError("\x1b[2J\x1b]0;owned\x07[bold]passed[/bold]<script>alert(1)</script>=cmd|' /C calc'!A0\n10/10")
