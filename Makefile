# Two commands do everything on a machine with Python >= 3.11 and make:
#   make demo   install and run the invented city, print where the map is
#   make test   install, lint, check types, run every test
# And one measures:
#   make bench  install the peers, measure speed and memory, write docs/performance.md: an hour,
#               or one part of it: make bench-peers bench-contacts bench-shapes bench-startup
#               bench-growth bench-certainty bench-path bench-clusters bench-map; BENCH says what of a part:
#               make bench-peers BENCH='--parcels 10000'
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

PARTS := peers contacts shapes startup growth certainty path clusters map

.PHONY: demo test lint types bench $(PARTS:%=bench-%) clean

demo: .venv/ready
	@$(BIN)/landrenew demo --out maps/demo

test: lint types
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

lint: .venv/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/ready-dev
	$(BIN)/mypy

bench: $(PARTS:%=bench-%)

$(PARTS:%=bench-%): bench-%: .venv/ready-bench
	$(BIN)/python benchmarks/$(SCRIPT_$*) $(BENCH)

SCRIPT_peers := compare.py
SCRIPT_contacts := contacts.py
SCRIPT_shapes := hard_shapes.py
SCRIPT_startup := startup.py
SCRIPT_certainty := certainty.py
SCRIPT_path := path.py
SCRIPT_clusters := clusters.py
SCRIPT_map := map.py
SCRIPT_growth := scale.py --parcels 99856 998560 --dask 9985600

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || (echo 'landrenew needs Python 3.11 or newer; say which: make demo PYTHON=python3.12' && exit 1)
	$(PYTHON) -m venv .venv
	$(PIP) install --upgrade 'pip>=25.1'

.venv/ready: .venv/bin/python pyproject.toml
	$(PIP) install --editable .
	@touch $@

.venv/ready-dev: .venv/ready
	$(PIP) install --group dev
	@touch $@

.venv/ready-bench: .venv/ready
	$(PIP) install --group bench
	@touch $@

clean:
	rm -rf .venv maps/demo
