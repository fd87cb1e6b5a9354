# Everything a newcomer needs. Each target sets up what it uses; nothing else has to be prepared.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export RASA_TELEMETRY_ENABLED := false

.PHONY: help setup run test train bench format clean

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: ## install uv if it is missing, then everything in uv.lock
	@scripts/setup

run: setup ## train if needed, then serve on http://127.0.0.1:5005
	@exec .venv/bin/jingzhong run

train: setup ## train the model from nlu/
	@.venv/bin/jingzhong train --force

test: setup ## format, lint, types, imports, content and all tests
	@scripts/test

soak: setup ## the long fault and property tests in full
	@scripts/system-packages
	@JINGZHONG_SOAK=1 .venv/bin/python -m pytest -q tests

bench: setup ## measure the product beside a stock Rasa assistant (about 25 minutes)
	@.venv/bin/jingzhong bench

format: setup ## format the code
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

clean: ## remove everything that was made here
	@rm -rf .venv models var .rasa .mypy_cache .ruff_cache .pytest_cache .hypothesis
