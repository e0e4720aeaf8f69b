"""Pages for people: a class, each student, and pairs of submissions to read side by side."""
