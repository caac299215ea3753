# Every command of the project's daily life; `make help` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# The environment's own tools, and Redis' binary where the machine has it under another name.
export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help setup demo up down status doctor check test test-engines lock clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

setup: ## Install everything this needs (root or sudo; repeatable)
	@setup/run

demo: setup ## Set up, start and hold a spoken call with the demo business
	@voicebot demo

up: setup ## Start the development stack
	@voicebot up

down: ## Stop the development stack
	@voicebot down

status: ## Show the processes of the stack
	@voicebot status

doctor: ## Check every part and say what to do about each fault
	@voicebot doctor

check: ## Format, lint, types and import contracts
	ruff format --check .
	ruff check .
	mypy
	lint-imports

TRY_AGAIN = { again=$$(python -m tests.failed_folders) && pytest $$again; }
test: ## All tests, on real servers
	@setup/run --test
	# Calls are held in real time, and two cores can be short of it: folders in which something fails
	# among the others are tried again alone, twice at most, and must pass then.
	pytest -n 2 --no-loadscope-reorder || $(TRY_AGAIN) || $(TRY_AGAIN)

screenshots: ## Pictures of every page of the panel, into docs/pages
	python -m tests.panel.screenshots

test-engines: setup ## Tests of engines that take long to build, each in its own environment
	@setup/test_engines

lock: ## Resolve the dependencies anew into the lock files
	@setup/lock

clean: ## Remove what was built in this checkout (state in var/ and caches stay)
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache ./*.egg-info dist
