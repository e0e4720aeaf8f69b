"""Release: from `solutions/`, which the lecturer writes, to everything that students and nbgrader see.

solutions/<assignment>/<assignment>.py  --jupytext-->  solutions/notebooks/   (source, not committed)
    --nbgrader generate_assignment-->  assignments/notebooks/                 (stripped)
    --jupytext-->  assignments/<assignment>/<assignment>.py                   (the stub)

The commands, and the modules behind them:

new             begins a course or an assignment
release         command; slips refuses what is wrong, build makes assignments/ (master, notebooks, declared, diagnoses),
                leaks searches it for solutions, generated swaps it in, made_pages writes pages of docs/
release --check differences
release --to    student, with alone, git_hashes and texts; or classroom50; --roster: variants; --solutions: solutions
gradescope-zip  gradescope
verify          verify, with zoo for strange answers, leaks and made_pages
"""
