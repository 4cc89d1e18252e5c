# Prompt Workbench. Everything lives in .venv at the root; the first run builds the engine.

PYTHON ?=
BOOTSTRAP = sh packaging/python.sh packaging/bootstrap.py
BIN = .venv/bin

.PHONY: help run test check bench fuzz compat pictures setup clean

help: ## these lines
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

run: ## set up what is missing and open the window
	@PYTHON="$(PYTHON)" $(BOOTSTRAP) run
	@$(BIN)/workbench

test: ## set up what is missing, check the code and run all tests without a screen
	@PYTHON="$(PYTHON)" $(BOOTSTRAP) test
	@$(MAKE) --no-print-directory check
	QT_QPA_PLATFORM=offscreen $(BIN)/pytest

check: ## format, lint, types, import rule
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: ## compare the engine with others, e.g. make bench BENCH="--small --only raw,engine"
	@PYTHON="$(PYTHON)" $(BOOTSTRAP) test
	$(BIN)/python -m tests.benchmarks $(BENCH)

fuzz: ## load 500 damaged model files and tell what became of each
	@PYTHON="$(PYTHON)" $(BOOTSTRAP) test
	$(BIN)/python -m tests.fuzz $(FUZZ)

compat: ## compare exports and imports with the formats' own programs in ORIGINALS=DIR (tests/compat)
	$(BIN)/python -m tests.compat $(ORIGINALS) $(COMPAT)

setup: ## set up what is missing, with the tools for development
	@PYTHON="$(PYTHON)" $(BOOTSTRAP) test

pictures: ## make the screenshots of the README from the real program
	@PYTHON="$(PYTHON)" $(BOOTSTRAP) test
	$(BIN)/python packaging/pictures.py

clean: ## remove caches; .venv stays
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find workbench tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
