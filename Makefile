# make grade   sets up .venv, grades the sample class in tests/class, and makes its report
# make test    sets up .venv and runs the tests
#
# A small install (no CUDA): make grade TORCH_INDEX=<PyTorch's CPU index, see the README>
# Another Python:            make grade PYTHON=python3.12
# Another class:             make grade CLASS=submitted OUT=results

PYTHON ?= python3
TORCH_INDEX ?= $(PIP_EXTRA_INDEX_URL)
CONSTRAINTS ?= constraints.txt
CLASS ?= tests/class
OUT ?= results
REPORT ?= report
# How many tests run at a time: each waits for processes to start, so one a core.
JOBS ?= $(shell $(PYTHON) -c 'import os; print(min(8, os.cpu_count() or 1))')
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
PACKAGES := $(addprefix --extra-index-url ,$(TORCH_INDEX)) -c $(CONSTRAINTS) -e ".[dev]"
# Tests start hundreds of processes: each would compile the package anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: grade test heavy attacks lint verify docs clean

grade: .venv/.ready
	@echo "1 of 2: grading each submission in $(CLASS), in a sandbox; the results go to $(OUT)/"
	@$(BIN)/autograder grade $(CLASS) --out $(OUT)
	@echo "2 of 2: making the report"
	@$(BIN)/autograder report $(OUT) --out $(REPORT)
	@$(BIN)/python -c 'import pathlib; print("Look at it:", pathlib.Path("$(REPORT)", "index.html").resolve().as_uri())'

test: .venv/.ready
	$(BIN)/python -m pytest -m "not heavy" -q -n $(JOBS) --dist worksteal

# One more than the others: a third of their time they wait, for other processes and for time limits. A file stays
# together, since what its tests share takes long to make.
heavy: .venv/.ready
	$(BIN)/python -m pytest -m heavy -q -n $$(($(JOBS) + 1)) --dist loadfile --no-loadscope-reorder --ignore tests/test_attacks.py

attacks: .venv/.ready
	$(BIN)/python -m tests.attacks

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

verify: .venv/.ready
	$(BIN)/autograder release --check
	$(BIN)/autograder verify

# Not -q: it hides broken links from --strict.
docs: .venv/.ready
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

clean:
	rm -rf .venv

.venv/.ready: pyproject.toml $(CONSTRAINTS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed; '$(PYTHON)' is not. Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "Python's venv module is missing. On Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@[ -n "$(TORCH_INDEX)" ] || [ "$$(df -Pk . | awk 'NR==2 {print $$4}')" -gt 8000000 ] || \
		{ echo "Less than 8 GB are free here: the install needs 6 GB, or 1 GB with TORCH_INDEX (see the README)."; exit 1; }
	@echo "Setting up .venv (once; some minutes, most of it PyTorch)"
	@$(PYTHON) -m venv .venv
	@# uv takes a quarter of the time, but knows none of pip's settings: where those name an index, pip does it. It also
	@# does where uv fails, and says what is wrong.
	@{ ! $(PIP) config list | grep -q '\.index-url=' && $(PIP) install -q --retries 1 -c $(CONSTRAINTS) uv && \
		$(BIN)/uv pip install -q --python $(BIN)/python --index-strategy unsafe-best-match $(PACKAGES); } 2>/dev/null || \
		$(PIP) install -q --no-compile $(PACKAGES) || { echo "The install failed: see pip's last line above."; exit 1; }
	@# Either would compile the packages' own tests, too.
	@$(BIN)/python -m compileall -qq -j 0 -x '/tests?/' .venv/lib || true
	@touch $@
