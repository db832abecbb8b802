# Two commands matter: `make demo` and `make test`. Both fetch what they need on first use.
PYTHON ?= python3
LAB = $(PYTHON) -m tests.lab
INPUT ?=
VAT ?=

.PHONY: help demo demo-once test unit integration e2e bench chaos both-ways account-tests screenshots translations lint setup clean clean-cache

help:           ## Show this list
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## /\1	/p' $(MAKEFILE_LIST) | expand -t 16

demo:           ## Odoo, QuickBooks simulator and the addon, connected and synced; serves until Ctrl-C (INPUT=file.csv.gz loads invoices, VAT=excluded or included taxes them)
	$(LAB) demo $(if $(INPUT),--input "$(INPUT)") $(if $(VAT),--vat "$(VAT)")

demo-once:      ## The same, then exit: non-zero when the two books differ
	$(LAB) demo --once $(if $(INPUT),--input "$(INPUT)") $(if $(VAT),--vat "$(VAT)")

test:           ## All tests
	$(LAB) test

unit:           ## The tests that need no database
	$(LAB) test unit

integration:    ## The tests inside Odoo, browser tours included
	$(LAB) test integration

e2e:            ## The tests with real Odoo processes
	$(LAB) test e2e

bench:          ## Measure what the connector costs (ONLY=cpu_ratio,... for some of it; QUICK=1 shows that it works; PROFILE=1)
	$(LAB) bench $(if $(ONLY),--only "$(ONLY)") $(if $(QUICK),--quick) $(if $(PROFILE),--profile)

chaos:          ## Kill Odoo 60 times and PostgreSQL twice in bad weather, then compare the books (SEED=123 for the same again)
	$(LAB) chaos $(if $(SEED),--seed $(SEED)) $(if $(KILLS),--kills $(KILLS))

both-ways:      ## 500 documents and payments on both sides at once, webhooks lost, doubled, late and forged, Odoo killed; then compare
	$(LAB) both-ways

account-tests:  ## Odoo's own tests of accounting, with the addon and without it, compared (QUICK=1 for what concerns the addon)
	$(LAB) account-tests $(if $(QUICK),--quick)

screenshots:    ## Take the pictures of the README, the manual and the Apps page anew, from a real run in Chromium (ONLY=invoice,... for some)
	$(LAB) screenshots $(if $(ONLY),--only "$(ONLY)")

translations:   ## Write the template of all texts anew, and bring the languages in line with it
	$(LAB) translations

lint:           ## ruff and pylint with Odoo's rules
	$(LAB) lint

setup:          ## Only fetch and build what the other targets need
	$(LAB) setup

clean:          ## Remove what runs left in this folder
	rm -rf build .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

clean-cache:    ## Remove everything that was downloaded or built (Odoo, Python packages, databases)
	$(LAB) clean
