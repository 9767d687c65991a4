# Every target does its own set-up, in $(VENV), and does it once: a step that has been
# done leaves a stamp, and is done again only when what it was made from has changed.
#
#   make test PYTHON=python3.13        another interpreter (needs a fresh $(VENV))
#   make test ARGS="-k layouts -x"     arguments for pytest

PYTHON ?= python3
VENV ?= .venv
# Options of the compiled core, for instance --config-settings=setup-args=-Dboundscheck=true.
BUILD_ARGS ?=
ARGS ?=
# Another environment, for packages that $(VENV) does not have itself.
SHARE ?=
# One worker a core; they take tests from each other. ARGS="-n 0" does without.
workers = -n auto --dist worksteal

# Whose compiled modules have stubs, to be compared with what has been compiled.
stubbed = mutar_cy.designs mutar_cy.datafits mutar_cy.glm mutar_cy.losses mutar_cy.ot mutar_cy.penalties mutar_cy.solvers
made = $(VENV)/made
pip = python -m pip --disable-pip-version-check
# The build folder lives in the environment that imports from it: neither can be
# deleted without the other.
editable = $(pip) install --quiet --no-build-isolation \
	--config-settings=build-dir=$(VENV)/build $(BUILD_ARGS) --editable

export PATH := $(CURDIR)/$(VENV)/bin:$(if $(SHARE),$(CURDIR)/$(SHARE)/bin:)$(PATH)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup demo test coverage lint format doctest doc bench clean

help: ## say what can be made
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(made)/demo ## fit twelve sites, print what was found, save a picture
	python tools/demo.py

test coverage doctest: export OMP_NUM_THREADS = 1
test coverage doctest: export OPENBLAS_NUM_THREADS = 1
test coverage doctest: export MKL_NUM_THREADS = 1
test: $(made)/test ## run the tests
	python -m pytest $(workers) $(ARGS)

coverage: $(made)/test ## run the tests, and measure which lines they reach
	python -m pytest $(workers) --cov --cov-report=term $(ARGS)

doctest: $(made)/test ## run the examples in docstrings, README and user guide
	python -m pytest $(workers) --doctest-modules --doctest-glob='*.rst' \
		--doctest-glob='*.md' --pyargs mutar_cy doc/guide README.md $(ARGS)

lint: $(made)/lint ## check style, types and docstrings; change nothing
	ruff check .
	ruff format --check .
	codespell
	python tools/check_layers.py
	cython-lint mutar_cy
	mypy
	stubtest $(stubbed) --mypy-config-file pyproject.toml \
		--ignore-disjoint-bases --allowlist tools/stubtest_allow.txt
	python tools/check_docstrings.py

format: $(made)/lint ## put the code into shape
	ruff check --fix .
	ruff format .

doc: $(made)/doc ## build the documentation, examples included, into doc/_build/html
	MPLBACKEND=agg sphinx-build -W --keep-going -b html doc doc/_build/html
	python tools/check_site.py doc/_build/html

bench: $(made)/bench ## run each benchmark once, to see that it works
	cd asv_benchmarks && asv machine --yes && \
		asv run --quick --launch-method forkserver --show-stderr  # imports once

clean: ## remove all that was made, environments included
	rm -rf .venv .venv-checked build dist demo_output .coverage .pytest_cache .mypy_cache \
		.ruff_cache .hypothesis doc/_build doc/auto_examples doc/generated \
		asv_benchmarks/env asv_benchmarks/results asv_benchmarks/html

# Set-up. The package is installed in place: an import compiles again what changed.
$(made)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo \
		'mutar_cy needs Python 3.11 or later: make PYTHON=<path> ...' >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(if $(SHARE),$(sites) >$$($(VENV)/bin/python -c '$(site)')/share.pth)
	mkdir -p $(made)
	touch $@

site = import sysconfig; print(sysconfig.get_path("purelib"))
sites = $(SHARE)/bin/python -c '$(site)'

requirements = import tomllib; \
	print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"])

$(made)/build: $(made)/python pyproject.toml
	@echo 'Installs packages and compiles mutar_cy first: two to three minutes, once.'
	python -c '$(requirements)' | xargs $(pip) install --quiet ninja
	touch $@

setup: $(made)/build meson.build meson.options ## set up at once what all but bench need
	$(editable) '.[demo,test,lint,doc]'
	touch $(addprefix $(made)/,demo test lint doc)

extras = demo test lint doc bench
$(extras:%=$(made)/%): $(made)/build meson.build meson.options
	$(editable) '.[$(@F)]'
	touch $@
