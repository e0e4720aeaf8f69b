"""Release: from `solutions/`, which the lecturer writes, to everything that students and nbgrader see.

solutions/<assignment>/<assignment>.py  --jupytext-->  solutions/notebooks/   (source, not committed)
    --nbgrader generate_assignment-->  assignments/notebooks/                 (stripped)
    --jupytext-->  assignments/<assignment>/<assignment>.py                   (the stub)
"""
