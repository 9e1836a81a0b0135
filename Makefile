# Everything that a developer of openvpn.cloudconnexa runs. ARGS is handed to the tool, as in: make units ARGS="-k route --no-cov"

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

ENVIRONMENT := .venv/complete
TREE := .build/prepared
IN_TREE := tests/tools/in_tree.sh
FAIL_ON := tests/tools/fail_on.sh

.PHONY: help
help: ## Show this list
	@sed -nE 's/^([a-z.-]+):.*## /  \1\t/p; s/^## (.*)/\n\1/p' $(MAKEFILE_LIST) | expand --tabs=16

## Use

.PHONY: demo
demo: $(TREE) ## Build a small WPC on the emulator with ansible-playbook, twice
	@$(IN_TREE) python tests/demo/demo.py $(ARGS)

.PHONY: emulator
emulator: $(ENVIRONMENT) ## Run the emulator until Ctrl-C
	PYTHONPATH=tests .venv/bin/python -m emulator $(ARGS)

## Check

.PHONY: test
test: $(TREE) ## Run all checks of the collection
	$(MAKE) --jobs 2 --output-sync units integration sanity lint awx docs

.PHONY: units
units: $(TREE) ## Unit tests with coverage of plugins/
	$(IN_TREE) pytest --cov --numprocesses auto $(or $(ARGS),-m "not whole")
	$(if $(ARGS),,$(IN_TREE) pytest --numprocesses auto -m whole)

.PHONY: lowest
lowest: .build/lowest/complete ## Unit tests of module_utils, and of one module, with the lowest versions in requirements.txt
	$(IN_TREE) pytest --override-ini pythonpath=$(CURDIR)/.build/lowest --numprocesses auto $(or $(ARGS),tests/unit/plugins/module_utils tests/unit/plugins/modules/test_cloudconnexa_network.py)

.PHONY: integration
integration: $(TREE) ## Integration targets against the emulator
	$(IN_TREE) python tests/tools/integration.py $(ARGS)

.PHONY: awx
awx: $(TREE) ## The playbooks, by ansible-playbook and as AWX runs them
	$(IN_TREE) pytest tests/awx --numprocesses auto $(ARGS)

.PHONY: sanity
sanity: $(TREE) ## ansible-test sanity on every Python of the machine
	$(IN_TREE) $(FAIL_ON) "WARNING: (Required|Skipping.*(due to|since))" ansible-test sanity --local --color no $(ARGS)

.PHONY: lint
lint: ruff mypy yamllint ansible-lint docs-lint changelog-lint reuse importer ## All linters; each is also a target of its own

.PHONY: ruff
ruff: $(TREE)
	$(IN_TREE) ruff check
	$(IN_TREE) ruff format --diff

.PHONY: mypy
mypy: $(TREE)
	$(IN_TREE) bash -c 'cd tests && mypy --config-file ../pyproject.toml $(or $(ARGS),../plugins .)'  # the working directory counts as a root of imports

.PHONY: yamllint
yamllint: $(TREE)
	$(IN_TREE) yamllint --strict .

.PHONY: ansible-lint
ansible-lint: $(TREE)
	$(IN_TREE) ansible-lint --offline --strict $(ARGS)

DOCS_LINT = $(IN_TREE) antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self --disallow-unknown-collection-refs .

# antsibull-docs stumbles when the random name of its own temporary directory ends with an underscore; so a second run has the last word.
.PHONY: docs-lint
docs-lint: $(TREE)
	$(DOCS_LINT) || $(DOCS_LINT)

.PHONY: changelog-lint
changelog-lint: $(TREE)
	$(IN_TREE) antsibull-changelog lint

.PHONY: reuse
reuse: $(TREE)
	$(IN_TREE) reuse lint

.PHONY: importer
importer: build
	$(IN_TREE) env GALAXY_IMPORTER_RUN_FLAKE8=true GALAXY_IMPORTER_CHECK_REQUIRED_TAGS=true GALAXY_IMPORTER_REQUIRE_V1_OR_GREATER=true \
		$(FAIL_ON) "WARNING|ERROR" python -m galaxy_importer.main $(CURDIR)/.build/dist/*.tar.gz

.PHONY: gates
gates: $(TREE) .build/lowest/complete ## Prove that the checks find planted faults, and that the benchmark measures what it says
	$(IN_TREE) pytest tests/gates --numprocesses auto --dist loadgroup $(ARGS)

.PHONY: chaos
chaos: $(TREE) ## Ten storms of faults, 200 kills and the limits; SEEDS="7 8" plays the storms of these seeds alone
	@$(IN_TREE) python -m chaos $(SEEDS) $(ARGS)

.PHONY: bench
bench: $(TREE) ## Calls, time and memory beside other ways to do the same, into .build/bench
	$(IN_TREE) python -m bench --output $(CURDIR)/.build/bench $(ARGS)

.PHONY: matrix
matrix: $(TREE) $(if $(CORE)$(PYTHON)$(PARTS),,lowest) ## All cores and Pythons; CORE=, PYTHON= and PARTS= choose
	.venv/bin/python tests/tools/matrix.py --core $(CORE) --python $(PYTHON) --parts $(PARTS)

## Prepare

.PHONY: .venv
.venv: $(ENVIRONMENT) ## Make the development environment; PYTHON=/path/to/python chooses its Python

# A file stands for the complete environment: the directory exists after a failure too.
$(ENVIRONMENT): requirements.txt tests/requirements.txt tests/emulator/requirements.txt tests/unit/requirements.txt
	$(or $(filter /%,$(PYTHON)),$$(tests/tools/find_python.sh)) -m venv .venv
	.venv/bin/pip install --quiet --requirement tests/requirements.txt
	touch $@

$(TREE): $(ENVIRONMENT) tests/tools/prepare_checks.py tests/tools/get_pip.py
	.venv/bin/python tests/tools/prepare_checks.py .build/home .build/pythons
	touch $@

.build/lowest/complete: requirements.txt $(TREE)
	sed 's/>=/==/' requirements.txt > .build/lowest.txt
	.venv/bin/pip install --quiet --no-warn-conflicts --upgrade --target .build/lowest --requirement .build/lowest.txt
	touch $@

.PHONY: tree
tree: $(TREE)
	$(IN_TREE) pwd

.PHONY: build
build: $(TREE) ## Build the collection's archive in .build/dist
	rm -rf .build/dist
	$(IN_TREE) git clean --force -d --quiet  # what tests leave behind would be packed, even empty directories
	$(IN_TREE) ansible-galaxy collection build --output-path $(CURDIR)/.build/dist

.PHONY: guides
guides: $(TREE) ## Make docs/*.md and the pictures of diagrams from their sources; needs Graphviz where a diagram has changed
	$(IN_TREE) python tests/docs/guides.py $(CURDIR)

.PHONY: docs
docs: $(TREE) ## Build the documentation site in .build/docs/html, and check it and the pages it is made from
	$(IN_TREE) python tests/docs/build_site.py $(CURDIR)/.build/docs
	$(IN_TREE) python tests/docs/check_site.py $(CURDIR)/.build/docs/html
	$(IN_TREE) pytest tests/docs --numprocesses auto $(ARGS)

.PHONY: ee
ee: build ## Build an execution environment and play in it; needs root, and podman, buildah, runc and debootstrap
	$(IN_TREE) python tests/ee/ee.py $(CURDIR)/.build/dist/*.tar.gz $(CURDIR)/.build/ee

.PHONY: clean
clean: ## Remove what the targets above made
	rm -rf .build .venv
