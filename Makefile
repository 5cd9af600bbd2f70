# Guyub. `make` lists what there is. Needs Python 3.11 or newer and make; nothing else is installed on the machine.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.PHONY: help demo test ci fmt lint types imports templates migrations messages bench docs requirements clean

PORT ?= 8000
export PORT
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export PYTHONUNBUFFERED := 1

# The oldest interpreter that fits is looked for under the usual names; PYTHON=... chooses one.
PYTHON ?= $(shell for name in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$name; break; }; done)
PY := .venv/bin/python
EMBEDDED := $(PY) -m msme_platform.embedded run
IN_TEST := GUYUB_MODE=test $(EMBEDDED)
ARGS ?=

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 20

demo: port .venv/base ## the whole platform with a demo city, at http://localhost:8000 (PORT=8001 for another)
	@$(PY) -m msme_platform.supervise

.PHONY: port
port: python
	@$(PYTHON) -I msme_platform/port.py "$(PORT)"

.PHONY: python
python:
	@test -n "$(PYTHON)" || { echo "Guyub needs Python 3.11 or newer, found under the name python3 or given as PYTHON=..."; exit 1; }

test: .venv/dev ## all tests, on embedded servers of their own (ARGS="tests/members -k nik" for some)
	@GUYUB_MODE=test $(PY) manage.py messages --compile
	@$(IN_TEST) $(PY) -m pytest -n 2 $(LEFT_OUT) $(ARGS)

# The few tests that start whole services or walk every page run in `make ci` only.
LEFT_OUT ?= -m "not ci"

CHECKS := lint types imports templates migrations texts test
ci: .venv/dev ## everything that must hold before a change is taken; goes on after a failure, to tell all of them
	@$(MAKE) --no-print-directory --keep-going LEFT_OUT= $(CHECKS)

lint: .venv/dev ## format and lint
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .

types: .venv/dev ## static types
	@GUYUB_MODE=test $(PY) -m mypy

imports: .venv/dev ## the layers of the house
	@$(PY) .venv/bin/lint-imports --no-logo

templates: .venv/dev ## lint of the templates
	$(PY) -m djlint templates --lint --quiet

migrations: .venv/dev ## a model without its migration
	@$(IN_TEST) $(PY) manage.py makemigrations --check --dry-run

.PHONY: texts
texts: .venv/dev
	@GUYUB_MODE=test $(PY) manage.py messages --check

fmt: .venv/dev ## format everything
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

messages: .venv/dev ## take new texts into the Indonesian catalogues and compile them
	@GUYUB_MODE=test $(PY) manage.py messages

bench: .venv/dev ## measure the pages at full size
	@$(IN_TEST) $(PY) -m bench $(ARGS)

docs: .venv/dev ## check that every link and path named in the documents exists
	@$(PY) -m pytest -q -p no:randomly tests/structure/test_documents.py

requirements: .venv/dev ## pin requirements/*.in anew, keeping what is pinned (ARGS=--upgrade for newer releases)
	@for name in base dev hordak; do $(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header $(ARGS) -o requirements/$$name.txt requirements/$$name.in || exit 1; done

clean: ## remove the environment and all data of demo and tests
	@test ! -x $(PY) || { $(PY) -m msme_platform.embedded stop; GUYUB_MODE=test $(PY) -m msme_platform.embedded stop; } >/dev/null
	rm -rf .venv var

.venv/bin/python: | python
	@echo "Making a Python environment in .venv"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python's module venv is missing or incomplete; on Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

.venv/base: requirements/base.txt | .venv/bin/python
	@echo "Installing what Guyub runs on (once, about a minute)"
	@$(PY) -m pip install -qq --require-hashes -r requirements/base.txt
	@touch $@

.venv/dev: requirements/dev.txt .venv/base
	@echo "Installing what tests and checks need (once)"
	@$(PY) -m pip install -qq --require-hashes -r requirements/dev.txt
	@touch $@
