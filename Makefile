# Every target makes .venv first, once, with what the machine has (scripts/make-venv).
BIN := .venv/bin
PYTEST := $(BIN)/pytest
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help demo test check bench bench-stores faults fuzz histories torture long docs lock format compile clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.venv/ready: pyproject.toml requirements.lock scripts/make-venv
	@scripts/make-venv

# Source changes after .venv was made; a stale or missing .pyc would be compiled anew at every start.
compile: .venv/ready
	@$(BIN)/python -m compileall -q src

demo: compile ## plan, run, interrupt, resume, approve and archive in a throw-away folder
	@$(BIN)/milestone demo

test: compile ## all tests but the long ones
	$(PYTEST) -n $(WORKERS) -m "not slow"

check: compile ## format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: compile ## measure beside a bare interpreter, Taskwarrior and Backlog.md; writes bench/RESULTS.md
	$(BIN)/python -m bench

bench-stores: compile ## measure stores of 1,000 to 100,000 milestones beside their peers; writes bench/STORES.md
	$(BIN)/python -m bench.stores

faults: compile ## kill, fill and break the store at every system call
	FAULTS=all CREATES=25 POWER_CUTS=50 INDEX_TRIALS=200 INDEX_ROUNDS=150 $(PYTEST) -s tests/storage/test_crashes.py \
	  tests/storage/test_index.py tests/storage/test_index_under_load.py \
	  tests/storage/test_damage.py tests/storage/test_power_cuts.py tests/storage/test_loop_mount.py \
	  tests/storage/test_faults_beside_databases.py tests/storage/test_processes.py tests/storage/test_system_calls.py tests/storage/test_editors.py
	POSTGRES_KILLS=20 POSTGRES_WRITES=200 POSTGRES_STEPS=1000 $(PYTEST) -s --timeout 900 \
	  tests/storage/test_postgres_faults.py tests/storage/test_postgres_replicas.py

fuzz: compile ## look for records that break reader, linter or writer; SECONDS=60
	$(BIN)/python -m fuzz.records $(or $(SECONDS),60)
	$(BIN)/python -m fuzz.edits $(or $(SECONDS),60)

histories: compile ## let clones diverge and meet, HISTORIES=500 times, and look for anything lost
	HISTORIES_AT_ONCE=$(WORKERS) $(PYTEST) -s -m slow tests/sharing

torture: compile ## move stores under load and kill everybody; kill runs at every step boundary
	$(PYTEST) -s -m slow tests/torture
	$(PYTEST) -m slow tests/engine tests/acceptance

long: compile ## every long test there is
	$(PYTEST) -m slow

docs: compile ## write docs/reference anew from the code
	$(BIN)/python docs/generate.py

format: compile ## format the code and fix what ruff can
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .

lock: ## resolve requirements.lock anew (needs uv)
	uv pip compile --quiet --upgrade pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements.lock

clean: ## remove .venv and caches
	rm -rf .venv .mypy_cache .ruff_cache .hypothesis
