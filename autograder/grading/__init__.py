"""The checks on one submission, and on a class."""
