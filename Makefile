# The one door: `make` lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
UV := uv>=0.9
# Half of the tests' time is waiting for processes and helpdesks, so four fit on two cores.
PYTEST_ARGS ?= -n 4 --dist loadfile --no-loadscope-reorder

# The project itself goes in editable; its build backend is in the lock.
define install
$(PIP) install --quiet --require-hashes -r $(1)
$(PIP) install --quiet --no-deps --no-build-isolation --editable .
endef

.PHONY: help demo run test test-deps lint types api bench lock format clean

help: ## list what there is
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/runtime ## play a peak against a sandbox helpdesk and print where to watch it (HELPDESK=django-helpdesk: a real one)
	@$(BIN)/overflow demo $(if $(HELPDESK),--helpdesk $(HELPDESK)) $(ARGS)

run: .venv/runtime ## start API and workers on this machine, with an embedded store if none is set
	@$(BIN)/overflow run $(ARGS)

test: .venv/dev ## run every test (PYTEST_ARGS="-x tests/core" for some)
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-deps: .venv/dev ## install what some tests need from the system, or say what is missing
	@bash .ci/test-deps

lint: .venv/dev ## check style, imports between layers and the Dockerfile
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	@if [ -x $(BIN)/hadolint ]; then echo $(BIN)/hadolint deploy/Dockerfile; $(BIN)/hadolint deploy/Dockerfile; fi

types: .venv/dev ## check types
	$(BIN)/mypy

format: .venv/dev ## rewrite the code in the house format
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

api: .venv/runtime ## write openapi/openapi.json from the code
	@mkdir -p openapi
	@$(BIN)/overflow openapi > openapi/.openapi.json.new || { rm -f openapi/.openapi.json.new; exit 1; }
	@mv openapi/.openapi.json.new openapi/openapi.json

bench: .venv/dev ## run the benchmarks and print their tables (FULL=1: as long and large as the goals say)
	@$(BIN)/python -m bench $(if $(FULL),--full) $(ARGS)

lock: .venv-lock/bin/uv ## resolve the dependencies anew and write both lock files (UPGRADE=1 takes newer versions)
	@bash .ci/lock $(if $(UPGRADE),--upgrade)

clean: ## remove the environments and what tools left behind
	rm -rf .venv .venv-lock build dist .coverage htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find overflow workers tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# --- environments -------------------------------------------------------------------------------

.venv/runtime: requirements.lock pyproject.toml .venv/bin/python
	@echo "installing the runtime's packages ..."
	@$(call install,requirements.lock)
	@touch $@

# The dev lock holds the runtime's too, at the same versions.
.venv/dev: requirements-dev.lock requirements.lock pyproject.toml .venv/bin/python
	@echo "installing the developers' packages ..."
	@$(call install,requirements-dev.lock)
	@touch .venv/runtime $@

.venv/bin/python:
	@bash .ci/venv .venv

.venv-lock/bin/uv:
	@bash .ci/venv .venv-lock
	@.venv-lock/bin/python -m pip --disable-pip-version-check install --quiet '$(UV)'
