# make demo: train, score and use a translator on the corpus that comes with the toolkit and captioners on pictures that
#            it draws (a few minutes on two cores)
# make test: lint, types and all tests
# Both set up what they need by themselves, in the folder .venv.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test lint setup clean

demo: setup
	@$(BIN)/python recipes/demo.py

test: setup lint
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: setup
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

setup: .venv/.installed

.venv/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: $(PYTHON) is not there or older than Python 3.11; name a newer one: make PYTHON=python3.12 ..."; exit 2; }
	@echo "setting up .venv (PyTorch is large: the first time takes a minute or more)"
	@$(PYTHON) -m venv .venv
	@{ $(PIP) uv && $(BIN)/uv pip install --quiet --python $(BIN)/python --editable ".[dev]"; } || \
		{ echo "uv could not (it does not read pip.conf); trying pip, which is slower"; $(PIP) --editable ".[dev]"; }
	@touch $@

clean:
	rm -rf .venv build runs/demo prepared/demo prepared/demo_scenes prepared/tiny_scenes
