# Every target does its own set-up, in $(VENV), and does it once: a step that has been
# done leaves a stamp, and is done again only when what it was made from has changed.
#
#   make test PYTHON=python3.13        another interpreter (needs a fresh $(VENV))
#   make versions STACK=oldest         oldest, newest or pre: releases of other packages
#   make test ARGS="-k layouts -x"     arguments for pytest

PYTHON ?= python3
VENV ?= .venv
# Options of the compiled core, for instance --config-settings=setup-args=-Dboundscheck=true.
BUILD_ARGS ?=
ARGS ?=
# Another environment, for packages that $(VENV) does not have itself.
SHARE ?=
# What the tests run under, for instance a debugger.
under ?=
# One worker a core; they take tests from each other. ARGS="-n 0" does without.
workers = -n auto --dist worksteal

# Their stubs are compared with what has been compiled, and with public signatures.
rooms = chunks datafits datasets designs estimators glm inference inspection linear_model losses mne \
	model_selection mutar ot penalties plotting preprocessing solvers tasks
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
.PHONY: help setup demo test versions sanitize fuzz coverage lint format doctest doc bench wheel tools clean

help: ## say what can be made
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(made)/demo ## fit twelve sites, print what was found, save a picture
	python tools/demo.py

test coverage doctest fuzz: export OMP_NUM_THREADS = 1
test coverage doctest fuzz: export OPENBLAS_NUM_THREADS = 1
test coverage doctest fuzz: export MKL_NUM_THREADS = 1
test: $(made)/test ## run the tests
	$(under) python -m pytest $(workers) $(ARGS)

STACK ?= newest
versions: ## run the tests with oldest, newest or pre-releases of others: STACK=oldest
	$(packages-$(STACK)) $(MAKE) test VENV=.venv-$(STACK)

packages-oldest = PIP_CONSTRAINT=.ci/oldest.txt
packages-newest = PIP_UPGRADE=1
packages-pre = PIP_UPGRADE=1 PIP_PRE=1

# GCC's sanitizers end the run at the first error. Python's own allocator would hide the
# bounds of small arrays, and modules that others compiled leak by design.
sanitize: ## run the tests with compiled code that checks its addresses and arithmetic
	$(MAKE) test VENV=.venv-sanitized BUILD_ARGS='$(sanitized)' under='$(sanitizers)'

setting = --config-settings=setup-args=
sanitized = $(setting)-Dbuildtype=debugoptimized $(setting)-Dboundscheck=true \
	$(setting)-Db_sanitize=address,undefined $(setting)-Db_lundef=false
library = $(shell gcc -print-file-name=lib$(1).so)
sanitizers = env LD_PRELOAD="$(call library,asan) $(call library,ubsan)" \
	PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0 \
	UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# Minutes of processor time.
MINUTES ?= 10
fuzz: $(made)/test ## fit generated problems, judged independently: MINUTES=60
	python tools/fuzz.py --minutes $(MINUTES)

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
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	mypy
	python tools/make_stubs.py --check
	python tools/check_types.py
	stubtest $(addprefix mutar_cy.,$(rooms)) --mypy-config-file pyproject.toml \
		--ignore-disjoint-bases --allowlist tools/stubtest_allow.txt
	python tools/check_docstrings.py

format: $(made)/lint ## put the code into shape
	ruff check --fix .
	ruff format .
	python tools/make_stubs.py

doc: $(made)/doc ## build the documentation, examples included, into doc/_build/html
	MPLBACKEND=agg sphinx-build -W --keep-going -b html doc doc/_build/html
	python tools/check_site.py doc/_build/html

bench: $(made)/bench ## run each benchmark once, to see that it works
	cd asv_benchmarks && asv machine --yes && \
		asv run --quick --launch-method forkserver --show-stderr  # imports once

wheel: $(made)/release ## build source archive and wheel into dist/, and try both
	bash tools/make_wheel.sh

tools: wheel ## run the recipes of the guide for other packages
	python tools/works_with.py --wheel dist/*.whl

clean: ## remove all that was made, environments included
	rm -rf .venv .venv-checked .venv-oldest .venv-newest .venv-pre .venv-sanitized build dist demo_output .coverage .pytest_cache .mypy_cache \
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
# Tools only: what is built here is installed in environments of its own.
$(made)/release: $(made)/python pyproject.toml
	python -c '$(release)' | xargs -d '\n' $(pip) install --quiet
	touch $@

release = import tomllib; file = open("pyproject.toml", "rb"); \
	print(*tomllib.load(file)["project"]["optional-dependencies"]["release"], sep="\n")

$(extras:%=$(made)/%): $(made)/build meson.build meson.options
	$(editable) '.[$(@F)]'
	touch $@
