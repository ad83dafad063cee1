# The commands of this repository. What each does is written in scripts/; this file only names them.

.DEFAULT_GOAL := help
.PHONY: help serve build test bench fmt golden

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: ## Serve the page on http://127.0.0.1:8080 and reload it on change (TRUNK_SERVE_PORT=9000 for another port)
	@scripts/serve.sh

build: ## Build the release site in dist/, ready to be copied to any folder of any web server
	@scripts/build.sh

test: ## Run every check: format, lints, native tests, browser tests, the built page end to end
	@scripts/test.sh

bench: ## Measure the engine and, if it is built, the page
	@scripts/bench.sh
	@scripts/bench-page.sh

fmt: ## Format the sources
	@git ls-files -z '*.rs' | xargs -0 rustfmt --edition 2024

golden: ## Write the expected traces of tests/golden/ anew; their diff is what there is to review
	@scripts/golden.sh
