"""Helpers that every room may import. They import from no other room."""
