# The two commands of a newcomer are `make up` and `make test`; the others are for those who change the code.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
SHELL := /bin/bash

.PHONY: help up test check format lock bench screenshots clean

help:  ## Show these commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

up: $(VENV)/run  ## Start the service, with the sample reading list in an empty library
	@exec $(BIN)/broadsheet up

test: $(VENV)/dev  ## Run every test: style, types, layout, units, PostgreSQL, docs, browser
	@scripts/test

check: $(VENV)/dev  ## Style, types and layout only
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/dev  ## Put the code into its one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/dev  ## Renew the lock files
	$(BIN)/uv pip compile --quiet --upgrade $(LOCK) pyproject.toml --extra postgres \
		--output-file requirements/run.txt
	$(BIN)/uv pip compile --quiet --upgrade $(LOCK) pyproject.toml --extra postgres --group dev \
		--constraints requirements/run.txt --output-file requirements/dev.txt

LOCK := --universal --generate-hashes --python-version 3.11 --no-header --no-annotate

bench: $(VENV)/dev  ## Print the figures of speed and size, each beside its goal
	$(BIN)/python -m benchmarks

screenshots: $(VENV)/dev  ## Renew the pictures of the documentation
	$(BIN)/python scripts/screenshots.py

clean:  ## Remove what the other commands made here (never the library)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A virtual environment from the lock file. Each mark is renewed when its lock file is.
$(VENV)/run: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Broadsheet needs Python 3.11 or newer; say which: make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing from the lock file $< ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/dev: requirements/dev.txt $(VENV)/run
	@echo "Installing from the lock file $< ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@
