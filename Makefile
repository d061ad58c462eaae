# make run     set everything up and serve with a demo project on http://localhost:8000
#              (SERVER=granian make run, bench or drill: under the second server)
# make test    set everything up and run the tests
# make check   what CI runs: format, lint, types, imports, deployment checks, migrations, tests
# make bench   figures of this machine (DATABASE_URL names PostgreSQL; ARGS="--help" tells more)
# make fuzz    every kind of request that the API's description allows or forbids (ARGS="--help")
# make drill   how others are answered beside slow clients (also on PostgreSQL: DATABASE_URL)
# make key     a new secret for the demo key, with the curl lines
# make messages  the texts of the people's pages, taken anew into their translations (needs gettext)
# make lock    new lock files from the ranges in pyproject.toml
# make clean   remove what the other targets made, but not your data

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# What the second server needs besides.
FAST := $(if $(filter granian,$(SERVER)),.venv/.fast)

.DEFAULT_GOAL := run
.PHONY: run test check lint bench fuzz drill key messages lock clean

run: .venv/.runtime $(FAST)
	@$(BIN)/python -m config.first_start
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py collectstatic --noinput --verbosity 0
	@$(BIN)/python manage.py demo
	@exec $(BIN)/python -m config.serve

key: .venv/.runtime
	@$(BIN)/python manage.py demo --new-key

test: .venv/.dev tests/browser/node_modules clients/typescript/node_modules
	@$(BIN)/python -m pytest $(ARGS)

check: lint test

lint: .venv/.dev clients/typescript/node_modules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/mypy --config-file clients/python/pyproject.toml
	$(BIN)/lint-imports --no-cache
	@if [ -x $(TYPESCRIPT)/biome ]; then cd clients/typescript && node_modules/.bin/biome check --error-on-warnings . && node_modules/.bin/tsc --noEmit; \
	else echo "Without npm the TypeScript client is not looked at."; fi
	ENV_FILE=/dev/null SECRET_KEY=$$($(BIN)/python -c "import secrets; print(secrets.token_urlsafe(48))") \
		SECOND_FACTOR_KEYS=for-this-check-alone SIGNING_KEYS=$$($(BIN)/python -c "from proof.keys import new_seed; print(new_seed())") SITE_URL=https://memory-scope.example \
		EMAIL_URL=smtp://mail.memory-scope.example ALLOWED_HOSTS=memory-scope.example $(BIN)/python manage.py check --deploy --fail-level WARNING
	ENV_FILE=/dev/null DEBUG=on $(BIN)/python manage.py makemigrations --check --dry-run

drill: .venv/.dev
	@$(BIN)/python -m bench.drill

fuzz: .venv/.dev
	@$(BIN)/python -m bench.fuzz $(ARGS)

bench: .venv/.dev
	@$(BIN)/python -m bench $(ARGS)

messages: .venv/.runtime
	$(BIN)/python manage.py makemessages --all --no-location --no-wrap --no-obsolete $(foreach one,.venv node_modules tests clients bench,--ignore $(one))
	sed -i '/^"POT-Creation-Date/d; /^"Report-Msgid-Bugs-To/d' locale/*/LC_MESSAGES/django.po
	ENV_FILE=/dev/null DEBUG=on $(BIN)/python manage.py compilemessages --ignore .venv

lock:
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/pip install --quiet --require-hashes -r requirements/lock.lock
	echo "uv>=0.9,<1" | .venv/lock/bin/uv pip compile - $(LOCK) -o requirements/lock.lock
	.venv/lock/bin/uv pip compile pyproject.toml $(LOCK) -o requirements/runtime.lock
	.venv/lock/bin/uv pip compile pyproject.toml $(LOCK) --extra dev -c requirements/runtime.lock -o requirements/dev.lock
	.venv/lock/bin/uv pip compile pyproject.toml $(LOCK) --extra fast -c requirements/runtime.lock -c requirements/dev.lock -o requirements/fast.lock
LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --upgrade

# What tests in a browser need besides Chromium; without npm they say so and are skipped.
tests/browser/node_modules: tests/browser/package-lock.json
	@if ! command -v npm >/dev/null; then echo "There is no npm: the tests that need axe-core will say so."; \
	elif npm ci --prefix tests/browser --no-audit --no-fund --loglevel=error; then touch $@; \
	else echo "npm could not install axe-core: the tests that need it will say so."; fi

# What the TypeScript client's types, style, build and tests need; without npm they say so, likewise.
clients/typescript/node_modules: clients/typescript/package-lock.json
	@if ! command -v npm >/dev/null; then echo "There is no npm: the tests of the TypeScript client will say so."; \
	elif npm ci --prefix clients/typescript --no-audit --no-fund --loglevel=error; then touch $@; \
	else echo "npm could not install what the TypeScript client is tested with: its tests will say so."; fi
TYPESCRIPT := clients/typescript/node_modules/.bin

clean:
	rm -rf .venv tests/browser/node_modules clients/typescript/node_modules staticfiles .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Memory Scope needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	@$(PYTHON) -m venv .venv

.venv/.runtime: requirements/runtime.lock | .venv/bin/python
	@echo "Installing what the service needs…"
	@$(BIN)/pip install --quiet --require-hashes -r requirements/runtime.lock
	@touch $@

.venv/.fast: requirements/fast.lock .venv/.runtime
	@echo "Installing granian…"
	@$(BIN)/pip install --quiet --require-hashes -r requirements/fast.lock
	@touch $@

.venv/.dev: requirements/dev.lock .venv/.runtime
	@echo "Installing what the tests need…"
	@$(BIN)/pip install --quiet --require-hashes -r requirements/dev.lock
	@touch $@
