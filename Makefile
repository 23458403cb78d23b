# Paths are relative, so that the project may lie in a folder with spaces in its name.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: help up test browser lint bench types fmt lock clean setup
PY := .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:
	@echo "make up [PORT=8000] [DEMO=no]   start everything here, stop it with Ctrl-C"
	@echo "make test [ARGS=...]            the test suite          make browser   the tests in a real browser"
	@echo "make lint | types | fmt | bench | lock | clean"

up: .venv/base.stamp node_modules/.stamp
	@exec $(PY) manage.py up $(if $(PORT),--port $(PORT)) $(if $(filter no,$(DEMO)),--no-demo)

setup: .venv/dev.stamp node_modules/.stamp
	@$(PY) manage.py vendor_assets

# One more worker than cores, for some tests wait; compiled files are kept, for the tests start hundreds of processes.
test: setup
	PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )) --dist worksteal --ignore=tests/browser $(ARGS)

browser: setup
	PYTHONDONTWRITEBYTECODE= $(PY) -m pytest tests/browser $(ARGS)

lint: setup
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-logo
	$(PY) -m djlint templates --check --quiet
	$(PY) manage.py makemigrations --check --dry-run
	@drawers=$$(find portfolio readiness tests -name utils.py -o -name helpers.py); \
	  test -z "$$drawers" || { echo "a file is named after what it does:" $$drawers; exit 1; }
	@long=$$(find portfolio readiness tests manage.py -name '*.py' -not -path '*/migrations/*' -exec awk 'END { if (NR > 400) print FILENAME }' {} \;); \
	  test -z "$$long" || { echo "longer than 400 lines, make it a folder:" $$long; exit 1; }

types: setup
	$(PY) -m mypy

bench: setup
	$(PY) manage.py bench $(ARGS)

fmt: setup
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	$(PY) -m djlint templates --reformat --quiet

# Newest versions that pyproject.toml allows, for every platform and Python from 3.11 on.
LOCK := .venv/bin/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 --custom-compile-command "make lock" pyproject.toml
lock: .venv/dev.stamp
	$(LOCK) -o requirements/base.txt
	$(LOCK) --group dev -c requirements/base.txt -o requirements/dev.txt
	.venv/bin/uv pip compile --quiet --universal --upgrade --generate-hashes --no-emit-index-url --no-annotate --python-version 3.11 --custom-compile-command "make lock" --group node -o requirements/node.txt
	PATH="$$PWD/.venv/bin:$$PATH" npm update --package-lock-only --ignore-scripts

# The data under var/ stay.
clean:
	rm -rf .venv node_modules var/static var/static.stamp var/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/python.stamp:
	@PYTHON="$(PYTHON)" sh .ci/find-python

.venv/base.stamp: requirements/base.txt | .venv/python.stamp
	@echo "installing what the project runs on (once, about a minute)"
	@$(PY) -m pip install --quiet --require-hashes -r requirements/base.txt
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/base.stamp
	@echo "installing what the project is checked with"
	@$(PY) -m pip install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

node_modules/.stamp: package-lock.json | .venv/base.stamp
	@command -v npm >/dev/null || $(PY) -m pip install --quiet --require-hashes -r requirements/node.txt
	@PATH="$$PATH:$$PWD/.venv/bin" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@
