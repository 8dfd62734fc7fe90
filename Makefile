# Two commands do everything, on a machine with Python 3.11 to 3.13 and pip:
#
#   make demo     the whole path, offline, in under a minute
#   make test     all tests and checks
#   make drills   what takes minutes: kills, restarts, full disks, two hosts
#
# The first call makes .venv and installs into it what constraints.txt pins; later calls only run.
# PYTHON=/path/to/python3 chooses another Python than the first that fits.

VENV := .venv

.PHONY: demo test drills lint bench

demo: $(VENV)/.installed
	$(VENV)/bin/figurewatch demo

# Three at once, for much of the time is waiting: for servers, for what comes back after a while. Each takes files of tests
# as a whole. One test by hand: .venv/bin/pytest tests/flows/test_db.py -k lone
test: lint
	$(VENV)/bin/python -m pytest -n 3 --dist loadfile

drills: $(VENV)/.installed-dev
	$(VENV)/bin/python -m pytest -m drill

lint: $(VENV)/.installed-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

bench: $(VENV)/.installed-dev
	$(VENV)/bin/python tests/bench.py
	$(VENV)/bin/python tests/bench_feeds.py
	$(VENV)/bin/python tests/bench_copies.py

$(VENV)/.installed: pyproject.toml constraints.txt deploy/install
	sh deploy/install $(VENV)
	touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt deploy/install
	sh deploy/install $(VENV) dev
	touch $@ $(VENV)/.installed
