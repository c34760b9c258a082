# Every command a developer or an installation needs. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.PHONY: install
install: $(READY) ## Create .venv with everything in requirements.lock

.PHONY: demo
demo: $(READY) ## A whole simulated project, then the service on 127.0.0.1:8000
	$(BIN)/survey-service $(if $(DEMO_INSTANCE),--instance '$(DEMO_INSTANCE)') demo $(DEMO_OPTIONS)

.PHONY: lint
lint: $(READY) ## ruff, mypy, import contracts
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --quiet 2>/dev/null || $(BIN)/lint-imports

.PHONY: test
test: lint ## Lint and every test that fits in ten minutes
	$(BIN)/pytest -n 2 --dist worksteal -m "not long" $(TEST_OPTIONS)

.PHONY: test-long
test-long: $(READY) ## The tests that need longer
	$(BIN)/pytest -n 2 --dist loadfile -m long $(TEST_OPTIONS)

.PHONY: golden
golden: $(READY) ## Write the approved words of the briefs anew, on purpose; read the difference before committing
	UPDATE_GOLDEN=1 $(BIN)/pytest -q tests/unit/test_brief_words.py tests/unit/test_brief_golden.py
	git diff --stat tests/golden

.PHONY: inventory
inventory: $(READY) ## Write docs/field-inventory.md anew from the models and docs/field_inventory.toml
	$(BIN)/python docs/make_inventory.py

.PHONY: bench-answering
bench-answering: $(READY) ## What a request of the answering path costs, beside a bare application
	$(BIN)/python benchmarks/bench_answering.py $(BENCH_OPTIONS)

.PHONY: lock
lock: $(READY) ## Pin every dependency anew in requirements.lock, and what benchmarks need beside it
	$(BIN)/uv pip compile pyproject.toml --group dev --extra postgresql --extra single-sign-on --extra cluster --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --quiet --upgrade -o requirements.lock
	$(BIN)/uv pip compile --group bench --constraint requirements.lock --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --upgrade -o benchmarks/requirements.lock

.PHONY: assets
assets: ## Rebuild web/static from assets/ (needs Node 18 or later; running needs none)
	cd assets && npm install --no-package-lock --no-audit --no-fund --ignore-scripts --omit=optional --loglevel=error
	node assets/build.mjs

.PHONY: wheel
wheel: $(READY) ## Build the wheel into dist/
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation -w dist .

.PHONY: bench-comparison
bench-comparison: $(READY) ## Comparing waves beside statsmodels, and as answers grow a thousandfold
	$(BIN)/python benchmarks/bench_comparison.py $(BENCH_OPTIONS)

.PHONY: bench-validity
bench-validity: $(READY) ## False alarms, coverage and power of the comparison on simulated cohorts
	$(BIN)/python benchmarks/bench_validity.py $(BENCH_OPTIONS)

.PHONY: bench-unit-changes
bench-unit-changes: $(READY) ## False alarms, coverage and power of a unit's own change between waves
	$(BIN)/python benchmarks/bench_unit_changes.py $(BENCH_OPTIONS)

.PHONY: bench-audit
bench-audit: $(READY) ## What the audit before a release costs, and what it holds back
	$(BIN)/python benchmarks/bench_audit.py $(BENCH_OPTIONS)

.PHONY: bench-pages
bench-pages: $(READY) ## The evaluator's pages with 1,000, 100,000 and 1,000,000 responses
	$(BIN)/python benchmarks/bench_pages.py $(BENCH_OPTIONS)

.PHONY: bench-briefs
bench-briefs: $(READY) ## What tagging costs, briefs beside WeasyPrint, and the memory of 200 units' briefs
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock
	$(BIN)/python benchmarks/bench_briefs.py $(BENCH_OPTIONS)
