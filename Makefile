# What a person does with this checkout. Needs make and Python 3.11 or newer; everything else is fetched into
# .venv (the locked packages) and .lyceum/tools (uv, which fetches them). `make run` is the place to start.

SHELL = /bin/sh
.DEFAULT_GOAL = help
.PHONY: help run test check check-fast check-migrations requirements lock openapi schema
.PHONY: interop bench bench-profile migration-times chaos chaos-smoke chaos-mutants clean

UV_VERSION = 0.13.8
TOOLS = .lyceum/tools
BIN = .venv/bin
# The first Python that is new enough and really starts (a shim on PATH may not).
FIND_PYTHON = for name in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done
# An index or a folder of wheels from the caller's environment must never be written into the lock.
CLEAN_UV = env -u UV_INDEX -u UV_INDEX_URL -u UV_DEFAULT_INDEX -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS -u UV_NO_INDEX \
	UV_NO_CONFIG=1 UV_PYTHON_DOWNLOADS=never $(TOOLS)/bin/uv
# The same lock for plain pip, hashes and all.
EXPORT = $(CLEAN_UV) export --frozen --quiet --no-header --extra embedded --no-emit-project

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/ready ## Everything on this machine: database, queue, API, worker; Ctrl-C stops it
	@exec $(BIN)/lyceum run

test: .venv/ready ## Everything that CI runs: the checks, all tests against a real PostgreSQL and Redis, the small chaos
	@began=$$(date +%s); $(MAKE) --no-print-directory check && $(BIN)/pytest -n 3 --dist worksteal \
		&& $(MAKE) --no-print-directory chaos-smoke; code=$$?; \
	echo "make test: $$(($$(date +%s) - began)) s"; exit $$code

check: .venv/ready ## Format, lint, types, import contracts, lock, OpenAPI document, and the schema against its seeds
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/lyceum openapi --check
	$(BIN)/python -m docs.schema --check
	$(BIN)/python -m tests.spec.run --no-warnings
	@! test -x $(TOOLS)/bin/uv || $(CLEAN_UV) lock --check --quiet
	@! test -x $(TOOLS)/bin/uv || $(EXPORT) | cmp -s - requirements.txt \
		|| { echo "requirements.txt is not what uv.lock says: make lock" >&2; exit 1; }

check-fast: .venv/ready ## The same in seconds: format, lint, types of changed files, import contracts
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet .
	@changed=$$( (git diff --name-only --diff-filter=d HEAD; git ls-files --others --exclude-standard) 2>/dev/null \
		| grep -E '^(app|tests|bench|chaos|docs)/.*\.py$$'); test -z "$$changed" || $(BIN)/mypy $$changed
	@$(BIN)/lint-imports

check-migrations: .venv/ready ## What migrations do to a service that runs meanwhile: squawk over their SQL
	@$(BIN)/python -m tests.migrations.lint && echo "check-migrations: nothing found"

requirements: .venv/ready ## Which lines of docs/requirements.md are proven, and which are not (runs the tests if need be)
	@$(BIN)/python -m tests.support.requirements report -n 3

lock: .venv/ready ## Refresh uv.lock after a change in pyproject.toml, and requirements.txt from it
	@$(CLEAN_UV) lock
	@$(EXPORT) > requirements.txt

openapi: .venv/ready ## Write the public contract, openapi/openapi.json
	$(BIN)/lyceum openapi

schema: .venv/ready ## Draw the schema from the models, docs/schema/*.svg, and write the types of its tables
	@$(BIN)/python -m docs.schema

bench: .venv/ready ## The hot paths beside their ceilings; writes bench/results.md and .svg. OPTIONS='--quick --only list'
	@exec $(BIN)/python -m bench $(OPTIONS)

bench-profile: .venv/ready ## Where the API's processor time goes in one job: make bench-profile JOB=enroll-spread
	@exec $(BIN)/python -m bench --profile $(or $(JOB),enroll-spread) $(OPTIONS)

interop: .venv/ready ## Others' verifiers over what we issue: Open Badges 3.0 and 2.0, in Node.js and Python (fetches them once)
	@$(BIN)/pytest -q -rs tests/interop/judges.py

migration-times: .venv/ready ## How long it takes to migrate an empty database, and to copy a migrated one
	@$(BIN)/python -m tests.migrations.times

chaos: .venv/ready ## Three runs of every contest and storm, each from its own seed; writes chaos/results.md (20 min)
	@exec $(BIN)/python -m chaos --runs 3 $(OPTIONS)

chaos-smoke: .venv/ready ## The same in small: one run, two minutes
	@exec $(BIN)/python -m chaos --smoke $(OPTIONS)

chaos-mutants: .venv/ready ## The product broken on purpose in every way we know: each has to be noticed, and by what
	@exec $(BIN)/python -m chaos.mutants $(OPTIONS)

clean: ## Remove what can be made again: environment, caches, test servers. Keeps the data in .lyceum
	@test ! -x $(BIN)/python || test ! -d .lyceum/test || $(BIN)/python -c \
		'from pathlib import Path; from app.local.services import stop_for_tests; stop_for_tests(Path(".lyceum/test"))'
	rm -rf .venv $(TOOLS) .lyceum/test .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf htmlcov .coverage build

# The environment. pip stands in for uv, with the same pinned and hash-checked packages, where uv cannot be had or
# cannot reach the hosts in the lock (pip follows the mirror that the machine is configured for).
.venv/ready: pyproject.toml uv.lock
	@python=$$($(FIND_PYTHON)); \
	test -n "$$python" || { echo "Python 3.11 or newer is needed, on PATH as python3 or python3.1x" >&2; exit 1; }; \
	if $(MAKE) --no-print-directory $(TOOLS)/uv-$(UV_VERSION) PYTHON="$$python" \
		&& $(CLEAN_UV) sync --frozen --extra embedded --python "$$(command -v $$python)"; then :; else \
		echo "Without uv: pip instead" >&2; \
		"$$python" -m venv .venv && $(BIN)/python -m pip install --require-hashes -r requirements.txt \
		&& $(BIN)/python -m pip install --no-deps -e .; fi
	@touch $@

$(TOOLS)/uv-$(UV_VERSION):
	@mkdir -p -m 711 .lyceum
	@$(PYTHON) -m venv $(TOOLS) || { echo "Python's venv module is missing: install python3-venv" >&2; exit 1; }
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@
