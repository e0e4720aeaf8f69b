"""The student's commands: start, check, hint, show, train, reset, update and doctor."""
