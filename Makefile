# Needs Python 3.11 or newer, git and make; everything else is installed into .venv with exact, hashed pins.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
COMPILE = $(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
          --no-annotate --quiet --custom-compile-command "make lock"
# tests that need more than the development environment, each with a target of its own
APART  := --ignore=tests/browser --ignore=tests/cluster
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: run test browser cluster notebooks long bench faults kills soak fuzz audit docs lint types check lock wheel clean help

help:
	@echo "make run    set up, then fetch the calls and recommend them once"
	@echo "make test   set up, then run the tests, on every core"
	@echo "make browser  try the pages in a real browser, Debian's chromium (a few minutes)"
	@echo "make cluster  try a study on a cluster of two workers, Dask's, on this machine (under a minute)"
	@echo "make notebooks  set up, then open the notebooks in the browser"
	@echo "make long   run the tests that have a long form in it (some minutes)"
	@echo "make bench  measure how fast it is (about ten minutes)"
	@echo "make faults  cause each fault of docs/reliability.md and print what came of it (a few minutes)"
	@echo "make kills  kill the daily run at some hundred moments and look (ten to twenty minutes)"
	@echo "make soak   live through a simulated year and print how much grew (about ten minutes)"
	@echo "make fuzz   feed every parser with hostile data (some minutes);  make audit  look for known holes in the pins"
	@echo "make docs   build the documentation site into site/"
	@echo "make check  lint and types;  make lock  renew the pins;  make wheel  build the package"

run: $(VENV)/.installed
	@$(BIN)/matcher run

# One more than there are cores, as tests wait for what they start: servers, processes, pages that never come.
WORKERS = $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 1)))

# Processes by the hundred: what they load is compiled once, and each keeps to one core, as there is work for each.
test long: export PYTHONDONTWRITEBYTECODE =
test long: export OPENBLAS_NUM_THREADS = 1

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) $(APART)

browser: $(VENV)/.installed-browser
	@$(BIN)/python -m pytest tests/browser

cluster: export OPENBLAS_NUM_THREADS = 1

cluster: $(VENV)/.installed-cluster
	@$(BIN)/python -m pytest tests/cluster

notebooks: $(VENV)/.installed-notebooks
	@# what is named from here must be found from the notebooks' folder too
	@if [ -n "$$MATCHER_CONFIG" ]; then MATCHER_CONFIG=$$(realpath -- "$$MATCHER_CONFIG"); fi; \
	if [ -n "$$MATCHER_HOME" ]; then MATCHER_HOME=$$(realpath -- "$$MATCHER_HOME"); fi; \
	cd notebooks && exec ../$(BIN)/jupyter lab --LabApp.news_url=None \
	  --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m benchmarks

faults: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.helpers.faults

# what `make test` does in a short form, as long as it was made for
long: $(VENV)/.installed-dev
	@MATCHER_TEST_LONG=1 $(BIN)/python -m pytest --numprocesses $(WORKERS) $(APART) -m long

kills: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.helpers.crash.kills

soak: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.helpers.soak

docs: $(VENV)/.installed-dev
	@$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going -d build/docs docs site
	@echo "The documentation is site/index.html"

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	@$(BIN)/mypy

# MATCHER_FUZZ=20000 asks for more inputs of each target
fuzz: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.helpers.fuzz

# --strict: a pin that the service does not know is a failure, not a pass
audit: $(VENV)/audit/bin/pip-audit
	@for file in requirements/*.txt; do \
	  echo "$$file" && $< --strict --require-hashes --disable-pip -r $$file || exit 1; done

check: lint types

wheel: $(VENV)/.installed-dev
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w dist .

lock: $(VENV)/bin/python
	@$(PIP) uv
	@$(COMPILE) requirements/build.in pyproject.toml -o requirements/run.txt
	@$(COMPILE) --extra postgresql requirements/build.in pyproject.toml -c requirements/run.txt -o requirements/postgresql.txt
	@$(COMPILE) --extra notebooks --extra parquet requirements/build.in pyproject.toml -c requirements/run.txt -o requirements/notebooks.txt
	@$(COMPILE) --extra encoder requirements/build.in pyproject.toml -c requirements/run.txt -o requirements/encoder.txt
	@$(COMPILE) --extra browser requirements/build.in pyproject.toml -c requirements/run.txt -o requirements/browser.txt
	@$(COMPILE) --extra cluster requirements/build.in pyproject.toml -c requirements/run.txt -o requirements/cluster.txt
	@$(COMPILE) --extra dev requirements/build.in pyproject.toml -c requirements/run.txt -o requirements/dev.txt

clean:
	rm -rf $(VENV) dist build site jupyter_execute

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "matcher needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

# apart from what the product runs with, whose pins it must not change
$(VENV)/audit/bin/pip-audit:
	@$(PYTHON) -m venv $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit

$(VENV)/.installed: $(VENV)/bin/python requirements/run.txt pyproject.toml
	@echo "Setting up $(VENV) (once; about a minute)…" >&2
	@$(PIP) --require-hashes -r requirements/run.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q matcher  # also where PYTHONDONTWRITEBYTECODE is set, as it is installed
	@touch $@

$(VENV)/.installed-notebooks: $(VENV)/.installed requirements/notebooks.txt
	@$(PIP) --require-hashes -r requirements/notebooks.txt
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements/dev.txt
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.installed-browser: $(VENV)/.installed-dev requirements/browser.txt
	@$(PIP) --require-hashes -r requirements/browser.txt
	@touch $@

$(VENV)/.installed-cluster: $(VENV)/.installed-dev requirements/cluster.txt
	@$(PIP) --require-hashes -r requirements/cluster.txt
	@touch $@
