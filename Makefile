# Prompt Workbench. Everything lives in .venv at the root; the first run builds the engine.

PYTHON ?=
BOOTSTRAP = sh packaging/python.sh packaging/bootstrap.py
BIN = .venv/bin

# Several tests at once, those next to each other in the same process; a worker that is done takes
# over tests of another.
PYTEST = QT_QPA_PLATFORM=offscreen $(BIN)/pytest -n logical --maxprocesses 4 --dist worksteal

# Tests of every room that are quick: what they find is most of what there is to find.
QUICK = $(addprefix tests/, \
	domain models test_language.py packaging/test_make.py \
	evaluation/test_diff.py evaluation/statistics/test_verdict.py evaluation/metrics/test_text.py \
	processes/test_frames.py \
	prompts/test_render.py prompts/test_tracing.py prompts/test_library.py prompts/test_samples.py \
	prompts/formats/test_reading.py transcripts/test_expected.py \
	engine/test_text.py engine/test_doubles.py engine/remote/test_answers.py \
	history/test_runs.py history/test_conversations.py \
	strategies/test_strategies.py strategies/test_search.py strategies/test_steered_search.py \
	runs/test_undo.py retrieval/test_chunking.py \
	service/test_workbench.py service/test_chats.py service/test_library.py \
	cli/test_runs.py \
	ui/test_tasks.py ui/kit/test_chooser.py ui/kit/test_row_delegate.py ui/kit/test_parameter_form.py \
	ui/runs/test_words.py ui/runs/test_calls.py ui/markdown ui/printing/test_pages.py ui/editor/test_structure.py \
	ui/sources/test_sources_panel.py ui/design/test_rendering.py ui/design/test_documents.py ui/library/test_library_list.py \
	ui/compare/test_status_line.py ui/tree/test_first_look.py ui/chat/test_opening.py \
	ui/history/test_run_menu.py ui/evaluate/results/test_words.py ui/models/test_get_view.py ui/window/test_main_window.py)

.PHONY: help run test quick check bench sweep fuzz compat pictures setup clean

help: ## these lines
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

run: ## set up what is missing and open the window
	@PYTHON="$(PYTHON)" $(BOOTSTRAP) run
	@$(BIN)/workbench

test: ## set up what is missing, check the code and run all tests without a screen
	@PYTHON="$(PYTHON)" $(BOOTSTRAP) test
	@$(MAKE) --no-print-directory check
	$(PYTEST)

quick: ## a minute of tests from every room, for while one is working
	$(PYTEST) $(QUICK)

check: ## format, lint, types, import rule
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: ## compare the engine with others, e.g. make bench BENCH="--small --only raw,engine"
	@PYTHON="$(PYTHON)" $(BOOTSTRAP) test
	$(BIN)/python -m tests.benchmarks $(BENCH)

sweep: ## compare an evaluation with other programs, e.g. make sweep SWEEP="--promptfoo PROGRAM"
	@PYTHON="$(PYTHON)" $(BOOTSTRAP) test
	$(BIN)/python -m tests.benchmarks.sweep $(SWEEP)

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
