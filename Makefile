# Each command sets up what it needs, in folders of this checkout, and is quick from the second time on.
# Plain lines for a machine without make stand in README.md.

PYTHON ?= python3
ADDRESS ?= localhost
PORT ?= 5006

VENV := .venv
PY := $(VENV)/bin/python
FRAMEWORKS := .venv-frameworks
# Two environments, so that gigabytes of frameworks are asked only of those who compare with them.
FRAMEWORKS_PY := $(FRAMEWORKS)/bin/python
PINS := -c constraints.txt
PIP_INSTALL := -m pip install --disable-pip-version-check
WITH_CHROMIUM = chromium="$$($(PY) tests/ensure_browser.py)" && SCHEDULE_LAB_CHROMIUM="$$chromium"
WITH_NGINX = nginx="$$($(PY) tests/ensure_nginx.py)" && export SCHEDULE_LAB_NGINX="$$nginx"

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test check test-frameworks bench audit constraints clean

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS='	' read -r name text; do \
	    printf 'make %-16s %s\n' "$$name" "$$text"; done

serve: $(VENV)/ready ## set up and serve the app on this machine (ADDRESS=localhost PORT=5006)
	@echo "Schedule Lab: http://$(ADDRESS):$(PORT)/ (Ctrl-C ends it)"
	@# Pages may connect from the names that this address is called by; BOKEH_ALLOW_WS_ORIGIN, if set, says it instead.
	$(PY) -m panel serve app --address $(ADDRESS) --port $(PORT) --liveness --websocket-max-message-size 262144 \
	    --allow-websocket-origin localhost:$(PORT) --allow-websocket-origin 127.0.0.1:$(PORT) \
	    --allow-websocket-origin $(ADDRESS):$(PORT)

test: $(VENV)/ready-test ## set up, with a browser and nginx, and run every test but the frameworks'
	$(WITH_NGINX) && $(WITH_CHROMIUM) $(PY) -m pytest -n auto -m "not frameworks"

check: $(VENV)/ready-check ## set up and run the static checks: style, types, layers
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	$(VENV)/bin/lint-imports

test-frameworks: $(FRAMEWORKS)/ready ## compare with PyTorch, optax, timm, Keras, Hugging Face (a large download)
	$(FRAMEWORKS_PY) -m pytest -m frameworks tests/oracles

bench: $(VENV)/ready-test ## set up, with a browser and nginx, and measure: speed, bytes, memory, a crowd
	$(WITH_NGINX) && $(WITH_CHROMIUM) $(PY) tests/benchmarks

audit: build/audit/ready ## look up known holes of the pinned dependencies, and say what could not be asked
	build/audit/bin/python tests/audit.py

constraints: ## write constraints.txt anew, from the newest releases that pyproject.toml admits
	$(PYTHON) -m venv --clear build/constraints
	build/constraints/bin/python $(PIP_INSTALL) -e '.[test,check]'
	@# A local suffix (+cpu) names a build that other machines cannot get.
	{ sed -n '/^#/p' constraints.txt; build/constraints/bin/python -m pip freeze --exclude-editable \
	    | sed 's/+.*//' | LC_ALL=C sort -f; } > build/constraints.txt
	mv build/constraints.txt constraints.txt
	rm -rf build/constraints

clean: ## remove the environments, caches and builds
	rm -rf $(VENV) $(FRAMEWORKS) build *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find app schedules tests -name __pycache__ -prune -exec rm -rf {} +

# An environment counts as made once it has pip, which comes last; one half made is made anew.
%/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Schedule Lab needs Python 3.11 or newer: make PYTHON=python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make environments." \
	    "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $*
	@# As newer Pythons do: git overlooks the environment, whatever its name.
	@echo '*' > $*/.gitignore

# A stamp tells that an environment holds what the two files ask for, so that no later run asks the network.
$(VENV)/ready: pyproject.toml constraints.txt | $(VENV)/bin/pip
	@echo "Setting up $(VENV): the app"
	$(PY) $(PIP_INSTALL) --quiet $(PINS) -e .
	@touch $@

$(VENV)/ready-%: pyproject.toml constraints.txt | $(VENV)/bin/pip
	@echo "Setting up $(VENV): the app and its extra '$*'"
	$(PY) $(PIP_INSTALL) --quiet $(PINS) -e '.[$*]'
	@touch $(VENV)/ready $@

build/audit/ready: | build/audit/bin/pip
	build/audit/bin/python $(PIP_INSTALL) --quiet 'pip-audit>=2.9'
	@touch $@

$(FRAMEWORKS)/ready: pyproject.toml constraints.txt constraints-frameworks.txt | $(FRAMEWORKS)/bin/pip
	@echo "Setting up $(FRAMEWORKS): the app and the frameworks"
	$(FRAMEWORKS_PY) $(PIP_INSTALL) $(PINS) -c constraints-frameworks.txt -e '.[test,frameworks]'
	@touch $@
