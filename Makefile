# The verbs of this repository. `make demo` and `make test` set up everything they need.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
BIN := .venv/bin
JOBS ?= 2

.PHONY: help demo test unit dev fmt lint types check bench lock docs golden clean

help:
	@echo "make demo    set up, run the pipeline of examples/namaskah, write build/namaskah.html"
	@echo "make test    set up, run the whole test suite (ONWARD_REQUIRE=all: nothing may be skipped)"
	@echo "make unit    what needs no service, no tool and no network: pure code, recorded outputs, the rules of the house"
	@echo "make dev     set up .venv        make fmt     format        make lint    ruff, mypy"
	@echo "make check   lint, tests and onward on onward                 make bench   speed, as ratios"
	@echo "make lock    refresh locks       make golden  accept changed outputs    make clean"

# ONWARD_ADVISORIES=FILE imports an OSV archive first; without one the dependencies gate is listed as not run.
demo: .venv/.stamp
	@mkdir -p build
	@if [ -n "$$ONWARD_ADVISORIES" ]; then $(BIN)/onward advisories import "$$ONWARD_ADVISORIES"; fi
	@cd examples/namaskah && "$(CURDIR)/$(BIN)/onward" run --offline --report "html=$(CURDIR)/build/namaskah.html" && \
		echo "report: $(CURDIR)/build/namaskah.html"

test: .venv/.stamp
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

unit: .venv/.stamp
	$(BIN)/python -m pytest -q -n $(JOBS) --dist worksteal tests/unit tests/gates tests/test_house.py $(ARGS)

dev: .venv/.stamp

.venv/.stamp: pyproject.toml requirements/bootstrap.txt requirements/dev.txt
	@test -n "$(PYTHON)" || { echo "onward needs Python 3.11 or newer: put one on the PATH or call make PYTHON=/path/to/python" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv pip sync --quiet --require-hashes requirements/dev.txt
	VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv pip install --quiet --no-deps --editable .
	@touch $@

fmt: .venv/.stamp
	$(BIN)/ruff format src tests bench
	$(BIN)/ruff check --fix src tests bench

lint: .venv/.stamp
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy

check: lint test
	$(BIN)/onward run --offline

bench: .venv/.stamp
	$(BIN)/python -m bench

docs: .venv/.stamp
	$(BIN)/onward config --reference > docs/configuration.md
	$(BIN)/onward config --schema > docs/onward.schema.json
	$(BIN)/onward show --schema > docs/document.schema.json

golden: .venv/.stamp
	ONWARD_UPDATE_GOLDEN=1 $(BIN)/python -m pytest -q tests/unit/report tests/story

lock: .venv/.stamp
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --upgrade pyproject.toml --group dev -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --upgrade -c requirements/dev.txt pyproject.toml -o requirements/run.txt
	grep -A 40 '^uv==' requirements/dev.txt | awk 'NR == 1 || /^    --hash/ { print; next } { exit }' > requirements/bootstrap.txt

clean:
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
