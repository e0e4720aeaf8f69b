"""Grades submissions for the lecture "Convolutional Neural Networks" in a sandbox, and explains what is wrong."""

__version__ = "1.0.0"
