# make run, make test: all that a fresh machine needs is Python 3.11+, make, git and the package indexes.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
# Of the environment, so that what builds the package in an environment of its own is pinned too; newer pips ask the second.
PIP := PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
  $(BIN)/python -m pip --disable-pip-version-check --quiet install
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run test check lint types layers wheel bench shots docs format clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

$(VENV)/.run: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "opstui needs Python 3.11 or newer: none was found on PATH" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "opstui: making $(VENV) (once)" >&2; $(PYTHON) -m venv $(VENV) || { echo "opstui: $(PYTHON) cannot make a virtual environment (Debian: apt-get install python3-venv)" >&2; exit 1; }; }
	@echo "opstui: installing (once)" >&2
	@$(PIP) --editable . && touch $@

$(VENV)/.dev: $(VENV)/.run
	@echo "opstui: installing the test tools (once)" >&2
	@$(PIP) --editable '.[dev]' && touch $@

run: $(VENV)/.run ## open the app; with no config, the demo (ARGS='--config my.toml')
	@OPSTUI_RUN=make $(BIN)/opstui $(ARGS)

test: $(VENV)/.dev ## every test
	$(BIN)/python -m pytest -n auto --dist worksteal -q $(ARGS)

check: lint types layers test wheel ## everything that must be green before a commit

lint: $(VENV)/.dev ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

layers: $(VENV)/.dev ## import-linter: import down, never up
	PYTHONPATH=.:plugins $(BIN)/lint-imports

wheel: $(VENV)/.dev ## build the wheel and try it in an empty environment
	$(BIN)/python tests/wheel.py

bench: $(VENV)/.dev ## the figures of the README, as ratios against floors run in the same minute
	$(BIN)/python -m benchmarks $(ARGS)

shots: $(VENV)/.dev ## pictures of every pane into docs/pictures
	$(BIN)/python -m benchmarks.shots $(ARGS)

docs: $(VENV)/.dev ## write again what is made from the code: the key sheet and config.example.toml
	$(BIN)/python -m tests.support.generated --write

format: $(VENV)/.dev ## put the code in its form
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove the virtual environment and every cache
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
