# The workflow of this repository. `make` lists it; CONTRIBUTING.md explains it.
# PYTHON=/path/to/python3 chooses the interpreter for .venv; WORKERS=n the number of test processes.
.DEFAULT_GOAL := help
.SUFFIXES:

# Workers fork with their imports done; without bytecode every start would compile all of them again.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
WORKERS ?= logical
PYTEST := $(BIN)/python -m pytest
export PYTHON

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

.PHONY: install
install: ## Make .venv and install everything, at pinned versions (quick when nothing changed)
	@.ci/install

.PHONY: run
run: install ## Serve app, worker and playground on this machine, and say what to try
	@$(BIN)/python app.py all --playground

.PHONY: demo
demo: install ## Play the whole story offline: Slack, card, pull request, follow-up, cancel (SEED=n varies it)
	@$(BIN)/python -m playground.demo

.PHONY: test
test: install ## Run the fast tests, in parallel
	@$(PYTEST) -n $(WORKERS) --maxprocesses 4 -m "not slow"

.PHONY: test-all
test-all: install ## Run the other, slow tests: whole processes, faults, many deliveries
	@$(PYTEST) -m slow || { status=$$?; test $$status -eq 5 && ! grep -rqs 'mark\.slow' tests; }

.PHONY: lint
lint: install ## Check style, types and import contracts
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m ruff format --check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-logo

.PHONY: fix
fix: install ## Mend what can be mended by machine: imports, style, format
	@$(BIN)/python -m ruff check --fix .
	@$(BIN)/python -m ruff format .

.PHONY: bench
bench: install ## Measure speed against the yardsticks (needs a C compiler for the load tool)
	@$(BIN)/python -m benchmarks
