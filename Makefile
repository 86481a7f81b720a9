# Two commands are enough to begin with: `make demo` and `make test`.
# Everything else is in the program: .venv/bin/stoa --help

PYTHON ?= python3
STOA := .venv/bin/stoa
RUN := .venv/bin/python -m
# Above the number of workers a laptop has, pytest only waits for memory.
WORKERS ?= auto
PYTEST_ARGS ?=

# Where the caller forbids bytecode, each start would compile the whole of Django anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test tests lint format soak bench lock editor clean

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: ## Prepare the checkout: environment, dependencies, the program.
	@$(PYTHON) infra/bootstrap.py

demo: setup ## Start everything with demo data; Ctrl-C stops it.
	@$(STOA) up

demo-reset: setup ## Delete the demo's data and start over.
	@$(STOA) reset --yes
	@$(STOA) up

test: lint tests ## Lint, then run every test on a real PostgreSQL and Redis.

tests: setup
	@$(RUN) pytest -n $(WORKERS) --dist=worksteal -m "not soak" $(PYTEST_ARGS)

lint: setup ## Style, types, layers, locks, missing migrations.
	@$(RUN) config.dev.lint

format: setup ## Let ruff put the code in order.
	@$(RUN) ruff check --fix --quiet .
	@$(RUN) ruff format --quiet .

soak: setup ## The long forms of kill tests and soaks.
	@$(RUN) pytest -m soak --hypothesis-profile=search $(PYTEST_ARGS)

bench: setup ## Run every benchmark against its baseline.
	@$(STOA) bench all

lock: setup ## Make the locks anew from pyproject.toml.
	@$(RUN) config.dev.locks

editor: setup ## Build the editor of pages into one file, before a wheel is made.
	@$(RUN) themes.editor.build

clean: ## Delete caches; the environment and the demo's data stay.
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
