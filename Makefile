# Two commands do all the set-up on a machine with Python 3.11 or later: `make board` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SUDO := $(if $(filter-out 0,$(shell id -u)),sudo)
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-dejavu-core
PINS := pyproject.toml constraints.txt

.PHONY: board test chromium check wheel speed validity clean

board: .venv/board.installed ## score every baseline on crossroads, print the tables, write out/leaderboard.json and .html
	rm -rf out/baselines
	$(BIN)/readmark run --condition reading,closed_book,twin --out out/baselines > /dev/null
	$(BIN)/readmark board out/baselines/* --out out --title "Crossroads: the baselines" \
	  --description "Programs that understand nothing. What they reach, a model must beat."

test: .venv/test.installed ## install what tests need and pass them: most two at a time, those that time things alone
	$(BIN)/python -m pytest -m "not timing" --numprocesses 2 --dist loadfile
	$(BIN)/python -m pytest -m timing

chromium: ## install Debian's Chromium, which the page's tests drive; asks for root
	@command -v chromium > /dev/null || { $(APT) || { $(SUDO) apt-get update -qq && $(APT); }; } > /dev/null

check: .venv/check.installed ## ruff lint and format, strict mypy
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

wheel: .venv/check.installed ## build dist/*.whl
	rm -rf dist
	$(BIN)/python -m build --wheel --no-isolation > /dev/null

speed: .venv/board.installed ## compare with peers; installs them in their own environment
	$(BIN)/python studies/speed/harness.py
	$(BIN)/python studies/speed/scoring.py

validity: .venv/board.installed ## compare with people's verdicts; simulate every statistical promise (an hour)
	$(BIN)/python studies/validity/qa.py
	$(BIN)/python studies/validity/simulations.py

clean:
	rm -rf .venv out dist

.venv/python.made:
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "readmark needs Python 3.11 or later: make PYTHON=python3.11 board")'
	$(PYTHON) -m venv .venv
	touch $@

.venv/board.installed: .venv/python.made $(PINS)
	@echo "installing readmark and what it stands on (about a minute)"
	$(INSTALL) --editable .
	touch $@

.venv/test.installed: .venv/board.installed $(PINS)
	@echo "installing what the tests need (torch is large)"
	$(INSTALL) --editable '.[test,check]'
	touch $@ .venv/check.installed

.venv/check.installed: .venv/board.installed $(PINS)
	$(INSTALL) --editable '.[check]'
	touch $@
