"""Submissions: which student's file answers which assignment, what its text is, and when it came."""
