# `make help` lists what there is to make. Python and every package live in .venv, made on first use;
# `make test PYTHON=python3.12` chooses the interpreter it is made with.

PYTHON ?= python3
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input install
OLD_PACKAGES := pretrainedmodels==0.7.4 facenet-pytorch==2.6.0

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test docs fmt lint clean distclean

help:  ## list these commands
	@awk -F ':.*  ## ' '/^[a-z]+:.*  ## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: .venv/.demo-ready  ## compile and draw the networks in specs/
	@$(BIN)/python tools/demo.py

# One thread each: two workers that both use every core wait for each other most of the time.
test: .venv/.ready .venv/.browser  ## run every test; choose some with ARGS="-k conv"
	@echo "Running the tests, with lint, format and types among them"
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadgroup $(ARGS)

docs: .venv/.ready .venv/.browser  ## write the outputs, tables, figures and pictures in the docs anew
	@$(BIN)/python tools/refresh_docs.py

fmt: .venv/.ready  ## format the code and mend what can be mended
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

lint: .venv/.ready  ## check lint, format and types, without the other tests
	@$(BIN)/python -m pytest -q tests/test_code_quality.py

clean:  ## remove what was built, drawn and cached
	@rm -rf build dist out .hypothesis .pytest_cache .ruff_cache
	@find . -path ./.venv -prune -o -name __pycache__ -prune -exec rm -rf {} +

distclean: clean  ## remove .venv as well
	@rm -rf .venv

# pip is the last thing venv writes: an environment that has it is whole.
$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "archdsl needs Python 3.11 or newer, and $(PYTHON) is missing or older;" \
	    "name another: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; \
	  exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv

# In one command, so that the two releases match; before the rest, so that a retry need not repeat it.
.venv/.torch: | $(BIN)/pip
	@echo "Installing torch and torchvision (large; only this once)"
	@$(PIP_INSTALL) torch torchvision
	@touch $@

.venv/.demo-ready: pyproject.toml .venv/.torch
	@echo "Installing archdsl"
	@$(PIP_INSTALL) --editable .
	@touch $@

.venv/.ready: pyproject.toml .venv/.torch
	@echo "Installing archdsl and what its tests need"
	@$(PIP_INSTALL) --editable '.[test]'
# These two pin releases of torch from years ago and work with today's; what else they need is in
# the extra.
	@$(PIP_INSTALL) --no-deps $(OLD_PACKAGES)
	@touch $@ .venv/.demo-ready

# Pages are tested in a real browser. Its tests use one that is there, and are skipped without;
# ARCHDSL_CHROMIUM=none leaves them out and installs nothing.
BROWSER_PACKAGES := chromium fonts-dejavu-core fonts-liberation
.venv/.browser: | $(BIN)/pip
	@if [ "$$ARCHDSL_CHROMIUM" = none ]; then \
	  echo "Without a browser, as ARCHDSL_CHROMIUM=none says: tests of pages are skipped"; \
	  exit 0; \
	fi; \
	if command -v "$${ARCHDSL_CHROMIUM:-chromium}" >/dev/null || \
	  command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; then \
	  touch $@; exit 0; \
	fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "There is no chromium here, for the tests of pages: apt-get installs" \
	    "$(BROWSER_PACKAGES) on this system in 5 seconds."; \
	  echo "Ctrl-C stops it; \`make $(or $(MAKECMDGOALS),test) ARCHDSL_CHROMIUM=none\`" \
	    "does without, and skips these tests."; \
	  sleep 5; \
	  apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
	    apt-get -qq install --no-install-recommends $(BROWSER_PACKAGES) >/dev/null && \
	  { touch $@; exit 0; }; \
	fi; \
	echo "There is no chromium here: tests of pages are skipped. Install it, or name one:" \
	  "make test ARCHDSL_CHROMIUM=/path/to/chrome"; \
	touch $@
