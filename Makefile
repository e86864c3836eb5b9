# Two commands on a fresh machine: `make run` speaks, `make test` passes. Needs python3 (3.10-3.13) and git.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test voice image test-image lock lint bench chart manifests dashboards clean
.DEFAULT_GOAL := run

# Images. IMAGE_BUILD_FLAGS go to `docker build` or `buildah build` as they are: "--build-arg TORCH_INDEX=…" for
# convert, or "--network host --volume …" where pip needs settings or certificates of this machine.
IMAGES ?= api webui
IMAGE_PREFIX ?= docker.io/qingsheng
VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
BUILD_IMAGE = $(shell docker info >/dev/null 2>&1 && echo docker build || echo buildah build --format docker --layers)
SOURCE ?=

# TORCH_FLAGS: where uv finds PyTorch's build for CPUs, so that no GPU packages are pinned.
TORCH_FLAGS ?= --torch-backend cpu
LOCK = $(BIN)/uv pip compile --quiet --python-version 3.11 --python-platform linux --generate-hashes \
  --custom-compile-command "make lock" $(UPGRADE)

run: $(VENV)/.run  ## starts the service on port 8080 and the page on 8081, and prints what to try
	@$(BIN)/qingsheng serve --webui

test: $(VENV)/.test $(VENV)/.tools  ## runs every test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

lint: $(VENV)/.lint  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy --python-version 3.11 grafana

# PRESET, DEVICE, and FROM, a model to go on from: see docs/training.md. With SMOKE=1 the voice is a toy, made to see that the recipe runs.
PRESET ?= small
DEVICE ?= cpu
VOICE_PRESET = $(if $(SMOKE),smoke,$(PRESET))
VOICE_FOLDER = .cache/training/$(VOICE_PRESET)

voice: $(VENV)/.voice  ## makes the voices, which takes hours; goes on where it was broken off
	@$(BIN)/python -m training --preset $(VOICE_PRESET) --device $(DEVICE) --folder $(VOICE_FOLDER) $(if $(FROM),--from $(FROM)) all
	@TTS_MODEL=$(VOICE_FOLDER)/served $(BIN)/qingsheng say 你好，很高兴认识你。 -o $(VOICE_FOLDER)/hello.wav

bench: $(VENV)/.test  ## the figures in the README
	$(BIN)/python -m bench.latency
	$(BIN)/python -m bench.quality
	$(BIN)/python -m bench.quality --list unseen --emotion neutral
	$(BIN)/python -m bench.engine
	$(BIN)/python -m bench.vocoder
	$(BIN)/python -m bench.soak
	$(BIN)/python -m bench.load
	$(BIN)/python -m bench.overload
	$(BIN)/python -m bench.first_audio
	$(BIN)/python -m bench.webui
	$(BIN)/python -m bench.cache
	$(BIN)/python -m bench.jobs

chart: $(VENV)/.run  ## what follows from the chart's values: values.yaml, its schema and table
	$(BIN)/python -m helm.values

manifests: $(VENV)/.test $(VENV)/.tools  ## k8s/ and prometheus/rules.yml, rendered from the chart
	$(BIN)/python -m helm.manifests $(VENV)/tools/helm4
	$(BIN)/python -m helm.rules $(VENV)/tools/helm4

dashboards: $(VENV)/.test  ## Grafana's dashboards, as JSON in the chart
	$(BIN)/python -m grafana

image:  ## the container images api and webui: make image IMAGES="api webui convert"
	@for target in $(IMAGES); do \
	  $(BUILD_IMAGE) --target $$target --tag $(IMAGE_PREFIX)/$$target:$(VERSION) --build-arg VERSION=$(VERSION) \
	    --build-arg REVISION=$$(git rev-parse HEAD) --build-arg SOURCE=$(SOURCE) $(IMAGE_BUILD_FLAGS) . || exit 1; \
	done

test-image: $(VENV)/.test  ## builds all three images, runs them and lets them speak; with Docker or Podman
	$(MAKE) image IMAGES="api webui convert"
	IMAGE_PREFIX=$(IMAGE_PREFIX) VERSION=$(VERSION) $(BIN)/python -m pytest -n 0 -m image tests/image

lock: $(VENV)/.lint  ## what the images are pinned to; UPGRADE=--upgrade moves all pins
	sed -n 's/^requires = \["\(.*\)"\]/\1/p' pyproject.toml | $(LOCK) - -o requirements/build.lock
	$(LOCK) pyproject.toml --extra tracing -o requirements/api.lock
	$(LOCK) pyproject.toml --extra tracing --extra convert -c requirements/api.lock -c tests/constraints.txt \
	  $(TORCH_FLAGS) --no-emit-package torch -o requirements/convert.lock

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
	@echo "Installing Qingsheng and what it needs (about 300 MB, once) ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -e '.[webui]'
	@touch $@

# Further needs by the name of what is installed, which is thereby not built again.
$(VENV)/.test: $(VENV)/.run
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -q -c tests/constraints.txt 'qingsheng[test]'
	@touch $@

$(VENV)/.tools: $(VENV)/.test tests/tools.py
	@echo "Fetching Helm, kubectl and Prometheus for the tests ..."
	@$(BIN)/python -m tests.tools
	@touch $@

$(VENV)/.voice: $(VENV)/.run
	@echo "Installing what making voices needs ..."
	@$(BIN)/python -m pip install --disable-pip-version-check -q -c tests/constraints.txt 'qingsheng[training]'
	@touch $@

$(VENV)/.lint: $(VENV)/.test
	@$(BIN)/python -m pip install --disable-pip-version-check -q -c tests/constraints.txt 'qingsheng[test,lint]'
	@touch $@
