"""Whose file answers what, what its text is, and when it came."""
