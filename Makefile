# Two commands on a fresh machine: `make run` speaks, `make test` passes. Needs python3 (3.10-3.13) and git.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test lint bench chart manifests dashboards clean
.DEFAULT_GOAL := run

run: $(VENV)/.run  ## starts the service on port 8080 and the page on 8081, and prints what to try
	@$(BIN)/qingsheng serve --webui

test: $(VENV)/.test $(VENV)/.tools  ## runs every test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: $(VENV)/.lint  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --python-version 3.11 grafana

bench: $(VENV)/.test  ## the figures in the README
	$(BIN)/python -m bench.latency
	$(BIN)/python -m bench.quality
	$(BIN)/python -m bench.engine
	$(BIN)/python -m bench.soak
	$(BIN)/python -m bench.load
	$(BIN)/python -m bench.overload
	$(BIN)/python -m bench.first_audio
	$(BIN)/python -m bench.cache
	$(BIN)/python -m bench.jobs

chart: $(VENV)/.run  ## what follows from the chart's values: values.yaml, its schema and table
	$(BIN)/python -m helm.values

manifests: $(VENV)/.test $(VENV)/.tools  ## k8s/ and prometheus/rules.yml, rendered from the chart
	$(BIN)/python -m helm.manifests $(VENV)/tools/helm4
	$(BIN)/python -m helm.rules $(VENV)/tools/helm4

dashboards: $(VENV)/.test  ## Grafana's dashboards, as JSON in the chart
	$(BIN)/python -m grafana

clean:  ## removes what the targets above made here
	rm -rf $(VENV) .cache build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# A Python without ensurepip (Debian's, bare) still gets a venv through its own pip.
$(BIN)/python:
	@echo "Making $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2])' \
	  || { echo "Python 3.10 or newer is needed; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null \
	  || { rm -rf $(VENV) && $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install -q pip; }

$(VENV)/.run: $(BIN)/python pyproject.toml $(wildcard service/runtime/native/*.cpp service/runtime/native/*.h)
	@echo "Installing Qingsheng and its embedded voice (about 400 MB, once) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -e '.[webui]'
	@touch $@

$(VENV)/.test: $(VENV)/.run
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -q -c tests/constraints.txt -e '.[test]'
	@touch $@

$(VENV)/.tools: $(VENV)/.test tests/tools.py
	@echo "Fetching Helm, kubectl and Prometheus for the tests ..."
	@$(BIN)/python -m tests.tools
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	@$(BIN)/python -m pip install --disable-pip-version-check -q -c tests/constraints.txt -e '.[test,lint]'
	@touch $@
