# Every command below creates the environment it needs. See README.md.
PYTHON ?= python3
CX_DATA ?= $(CURDIR)/var
VENV := .venv
BIN := $(VENV)/bin
HOLIDAYS := dbt_project/seeds/holidays.csv
export CX_DATA
export DAGSTER_HOME := $(CX_DATA)/dagster
export DAGSTER_DISABLE_TELEMETRY := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := false
export PYTHONPATH := $(CURDIR)

.PHONY: help nightly refresh add check connector explain who export erase retention rotate verify
.PHONY: test lane soak ui break clean lint format holidays lock

help: ## What can be run
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/base.stamp: requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

$(VENV)/dev.stamp: requirements-dev.lock $(VENV)/base.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

$(DAGSTER_HOME)/dagster.yaml: dagster.yaml
	mkdir -p $(DAGSTER_HOME)
	cp dagster.yaml $@

nightly: $(VENV)/base.stamp $(DAGSTER_HOME)/dagster.yaml ## Run the nightly job once and print the screen
	@$(BIN)/python -m orchestration nightly

refresh: $(VENV)/base.stamp $(DAGSTER_HOME)/dagster.yaml ## Bring answers, tickets and chats into the cases of today, without a night
	@$(BIN)/python -m orchestration refresh

add: $(VENV)/base.stamp ## Propose how a file of yours is loaded: FILE=calls.xlsx AS=calls [OUT=calls.yaml]
	@$(BIN)/python -m orchestration add '$(FILE)' '$(AS)' '$(OUT)'

check: $(VENV)/base.stamp ## Are the sources right, and which KPIs do they unlock?
	@$(BIN)/python -m orchestration check

connector: $(VENV)/base.stamp ## Begin a connector: NAME=acme writes its files and failing tests
	@$(BIN)/python -m ingestion connector '$(NAME)'

explain: $(VENV)/base.stamp ## Why a number is what it is: KPI=K-NPS [GRAIN=market=dubai] [PERIOD=2026-09]
	@$(BIN)/python -m orchestration explain '$(KPI)' '$(GRAIN)' '$(PERIOD)' '$(STATISTIC)'

who: $(VENV)/base.stamp ## Who is calling: PHONE=09121234567, however it is written
	@$(BIN)/python -m orchestration who '$(PHONE)' '$(PURPOSE)' '$(ROLE)'

export: $(VENV)/base.stamp ## What the CRM is to be told; nothing leaves without SEND=yes
	@$(BIN)/python -m orchestration export '$(SEND)'

erase: $(VENV)/base.stamp $(DAGSTER_HOME)/dagster.yaml ## Erase a person: PERSON='0912 345 6789' or FILE=requests.csv [CONFIRM=yes]
	@$(BIN)/python -m orchestration erase '$(PERSON)' '$(FILE)' '$(CONFIRM)'

retention: $(VENV)/base.stamp ## What the next night lets go because it is too old
	@$(BIN)/python -m orchestration retention

rotate: $(VENV)/base.stamp ## Change the key of the pseudonyms: CX_PSEUDONYM_KEY_BEFORE gives way to CX_PSEUDONYM_KEY [CONFIRM=yes]
	@$(BIN)/python -m orchestration rotate '$(CONFIRM)'

verify: $(VENV)/base.stamp ## Is every file of the lake and of the published versions as it was written?
	@$(BIN)/python -m orchestration verify

ui: $(VENV)/base.stamp $(DAGSTER_HOME)/dagster.yaml ## Open the Dagster UI on localhost:3000, schedule on
	$(BIN)/dagster dev --host 127.0.0.1 --port 3000

break: $(VENV)/base.stamp $(DAGSTER_HOME)/dagster.yaml ## Drop a bad file and watch the night being blocked
	@$(BIN)/python -m orchestration break

test: $(VENV)/dev.stamp ## Run the default test suite; PYTEST_ARGS adds to it
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS)

lane: $(VENV)/dev.stamp ## Run the long proofs that .ci/run adds
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m lane

soak: $(VENV)/dev.stamp ## What takes hours: new examples, thirty nights with a thousand kills, each need of a KPI taken away
	$(BIN)/python -m pytest -m hypothesis --hypothesis-profile searching
	$(BIN)/python -m pytest -m soak

lint: $(VENV)/dev.stamp ## Linters and type checker
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/yamllint --strict .
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models dbt_project/tests

format: $(VENV)/dev.stamp ## Rewrite Python and SQL in the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

holidays: $(VENV)/dev.stamp ## Renew seeds/holidays.csv; COUNTRIES="OM IQ" adds to it
	$(BIN)/python -m ingestion.holiday_calendar $(COUNTRIES) < $(HOLIDAYS) > $(HOLIDAYS).new
	mv $(HOLIDAYS).new $(HOLIDAYS)

lock: $(VENV)/dev.stamp ## Resolve the dependencies anew into the lock files
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --quiet --all-extras pyproject.toml -o requirements-dev.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header --quiet --constraint requirements-dev.lock pyproject.toml -o requirements.lock

clean: ## Remove the demo company's data and every build product
	rm -rf var dbt_project/target dbt_project/logs .pytest_cache .mypy_cache .ruff_cache .hypothesis
