# Every target sets itself up: the first one creates .venv. PYTHON=/path/to/python3.12 chooses the interpreter.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
CONFIG := setup.cfg pyproject.toml

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test slow lint bench docs venv clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 14

demo: $(VENV)/.runtime  ## run the CA3 memory's functional experiment; results in demo/
	$(BIN)/spikemem run ca3-functional --out demo

test: lint  ## lint, then run the tests and the doctests
	$(BIN)/python -m pytest -n auto --maxprocesses=8 -m 'not slow'

slow: $(VENV)/.dev  ## run the tests that take minutes each
	$(BIN)/python -m pytest -n auto --maxprocesses=8 -m slow

lint: $(VENV)/.dev  ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.bench  ## measure speed, against Brian2 and NEST where they can be installed
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev  ## run the examples of README.md and docs/, and write the API pages to build/docs
	$(BIN)/python -m pytest --doctest-glob='*.md' README.md $(wildcard docs)
	$(BIN)/pdoc --docformat google --output-directory build/docs spikemem

venv: $(VENV)/.dev  ## create .venv with the test and development tools

clean:  ## remove .venv and everything built
	rm -rf $(VENV) build dist demo *.egg-info .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@python=''; \
	for candidate in "$(PYTHON)" python3.12 python3 python3.13 python3.14 python \
			"$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/*/bin/python3; do \
		if [ -n "$$candidate" ] && "$$candidate" -c \
			'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; \
		then python="$$candidate"; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo 'make: no Python 3.12 or newer with venv was found; install one, or name it: make PYTHON=/path/to/python3.12' >&2; \
		exit 1; \
	fi; \
	"$$python" -m venv --clear $(VENV)

$(VENV)/.runtime: $(CONFIG) | $(BIN)/python
	$(PIP) install --editable .
	@touch $@

# Also the runtime: one installation does both.
$(VENV)/.dev: $(CONFIG) | $(BIN)/python
	$(PIP) install --editable '.[test,dev,brian2,nest,spinnaker,nengo,board,dask]'
	@touch $(VENV)/.runtime $@

$(VENV)/.bench: $(VENV)/.runtime
	@for extra in brian2 nest; do \
		$(PIP) install --editable ".[$$extra]" \
			|| echo "make: the extra $$extra could not be installed; the benchmarks run without it" >&2; \
	done
	@touch $@
