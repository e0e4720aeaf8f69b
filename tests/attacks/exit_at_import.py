"""Raises SystemExit(0) when it is loaded."""
# a1_permute: to_nchw
raise SystemExit(0)
