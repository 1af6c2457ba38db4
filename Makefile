# Everything a developer runs. Each target makes its own .venv when there is none.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test soak lint bench faults format clean
.DEFAULT_GOAL := test

$(BIN)/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $@

demo: $(BIN)/.installed  ## a school's nights, in ./demo
	$(BIN)/netcity-sync demo

test: $(BIN)/.installed  ## everything but the long runs
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

soak: $(BIN)/.installed  ## the long runs
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal --timeout 3600 -m soak

lint: $(BIN)/.installed  ## style, types and the contracts between rooms
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

faults: $(BIN)/.installed  ## what a sync does about every fault at every stage, as docs/faults.md
	PYTHONPATH=tests $(BIN)/python -m faults.table > docs/faults.md

format: $(BIN)/.installed
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(BIN)/.installed  ## what claims about speed rest on: a line each, exit 1 where one is short
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache
