.DEFAULT_GOAL := help

# The one version of golangci-lint whose findings count; .ci/run, CONTRIBUTING.md
# and the file name of the tool follow it.
LINT_VERSION := v2.15.0
LINT := .bin/golangci-lint-$(LINT_VERSION)

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build the program into bin/aidesk
	CGO_ENABLED=0 go build -trimpath -o bin/aidesk ./cmd/aidesk

.PHONY: cold-build
cold-build: ## Build from an empty cache and print seconds and memory (downloads first)
	@go mod download && temp="$$(mktemp -d)" && trap 'rm -rf "$$temp"' EXIT && \
	go build -o "$$temp/measure" .ci/measure.go && \
	echo "CGO_ENABLED=0 go build -trimpath ./cmd/aidesk, from an empty cache" && \
	GOCACHE="$$temp/cache" CGO_ENABLED=0 "$$temp/measure" go build -trimpath -o "$$temp/aidesk" ./cmd/aidesk

.PHONY: demo
demo: ## Talk to all of aidesk in this terminal: no key, no network, no set-up
	go run ./cmd/aidesk demo

.PHONY: test
test: ## Run every test
	go test ./...

.PHONY: race
race: ## Run every test under the race detector (needs a C compiler)
	@if command -v "$$(go env CC)" >/dev/null; then \
		echo "CGO_ENABLED=1 go test -race ./..."; CGO_ENABLED=1 go test -race ./...; \
	else \
		echo "make race: skipped, the race detector needs a C compiler ($$(go env CC) is not installed)"; \
	fi

.PHONY: test-oracles
test-oracles: ## Have our messages read by other people's programs (needs node and npm)
	@if ! command -v npm >/dev/null; then echo "make test-oracles: skipped, npm is not installed"; exit 0; fi; \
	for folder in adapters/*/oracletest/npm; do \
		echo "npm ci --prefix $$folder"; npm ci --silent --no-audit --no-fund --prefix "$$folder" || exit 1; \
	done; \
	packages="$$(go list ./adapters/... | grep 'oracletest$$')"; \
	echo "AIDESK_ORACLES=1 go test -count=1" $$packages; AIDESK_ORACLES=1 go test -count=1 $$packages

.PHONY: test-fakes
test-fakes: ## Have other people's programs and types say whether the fake platforms are honest (needs node and npm)
	@if ! command -v node >/dev/null || ! command -v npm >/dev/null; then echo "make test-fakes: skipped, node and npm are missing (apt-get install nodejs npm)"; exit 0; fi; \
	for folder in adapters/fake/slack/npm adapters/fake/discord/npm; do \
		echo "npm ci --prefix $$folder"; npm ci --silent --no-audit --no-fund --prefix "$$folder" || exit 1; \
	done; \
	if [ -z "$$AIDESK_CORPORA" ]; then echo "make test-fakes: AIDESK_CORPORA is not set, so Discord's own OpenAPI document is not asked"; fi; \
	packages="./adapters/fake/..."; \
	echo "AIDESK_ORACLES=1 go test -count=1" $$packages; AIDESK_ORACLES=1 go test -count=1 $$packages

REQUESTS := core/openapi/requesttest

.PHONY: test-requests
test-requests: ## Have other people's code judge the requests we build (needs node, npm and AIDESK_CORPORA)
	@if [ -z "$$AIDESK_CORPORA" ]; then echo "make test-requests: skipped, AIDESK_CORPORA is not set"; exit 0; fi; \
	if ! command -v node >/dev/null || ! command -v npm >/dev/null; then echo "make test-requests: skipped, node and npm are missing (apt-get install nodejs npm)"; exit 0; fi; \
	oracle=$(REQUESTS)/testdata/oracle; \
	if [ ! $$oracle/node_modules/.package-lock.json -nt $$oracle/package-lock.json ]; then \
		echo "npm ci --prefix $$oracle"; npm ci --silent --no-audit --no-fund --prefix $$oracle || exit 1; \
	fi; \
	echo "AIDESK_ORACLES=1 go test -count=1 -v ./$(REQUESTS)"; AIDESK_ORACLES=1 go test -count=1 -v ./$(REQUESTS)

WEB := web/playground

.PHONY: web
web: ## Build the page of the playground from web/playground into the program (needs node and npm)
	npm ci --silent --no-audit --no-fund --prefix $(WEB) && npm run --silent --prefix $(WEB) build

.PHONY: pictures
pictures: ## Make the pictures of docs/pictures anew (needs node, npm and chromium)
	npm ci --silent --no-audit --no-fund --prefix $(WEB) && npm run --silent --prefix $(WEB) pictures

# The behaviours are played once for each platform; their messages are what the page has to draw.
.PHONY: test-web
test-web: ## Use the playground in a browser, and see that what is built and pictured is not stale (needs node, npm and chromium)
	@for tool in node npm chromium; do \
		if ! command -v $$tool >/dev/null; then echo "make test-web: skipped, $$tool is not installed (apt-get install nodejs npm chromium)"; exit 0; fi; \
	done; \
	wire="$$(mktemp -d)" && mkdir "$$wire/messages" && trap 'rm -rf "$$wire"' EXIT && \
	echo "npm ci --prefix $(WEB)" && npm ci --silent --no-audit --no-fund --prefix $(WEB) && \
	npm run --silent --prefix $(WEB) stale && \
	echo "AIDESK_WIRE=$$wire/messages go test -count=1 ./adapters/fake/wiretest ./bots" && \
	AIDESK_WIRE="$$wire/messages" go test -count=1 -run '^Test(Wire|Slack|Discord)$$/^(socket|gateway)?$$' ./adapters/fake/wiretest ./bots && \
	CGO_ENABLED=0 go build -trimpath -o "$$wire/aidesk" ./cmd/aidesk && \
	AIDESK="$$wire/aidesk" AIDESK_WIRE="$$wire/messages" npm run --silent --prefix $(WEB) test

.PHONY: test-aimock
test-aimock: ## Have another party's server of language models hear how we speak to models (needs node and npm)
	@if ! command -v node >/dev/null || ! command -v npm >/dev/null; then echo "make test-aimock: skipped, node and npm are missing (apt-get install nodejs npm)"; exit 0; fi; \
	folder=core/model/aimocktest/npm; \
	echo "npm ci --prefix $$folder"; npm ci --silent --no-audit --no-fund --prefix $$folder || exit 1; \
	echo "AIDESK_ORACLES=1 go test -count=1 -v ./core/model/aimocktest"; AIDESK_ORACLES=1 go test -count=1 -v ./core/model/aimocktest

.PHONY: test-anthropic
test-anthropic: ## Compare our wire to Anthropic with the official SDK (compiles the SDK: a minute, 2.4 GB)
	cd core/model/anthropic/oracletest && go vet ./... && go test -count=1 ./...

.PHONY: test-accounts
test-accounts: ## Connect accounts at a real authorization server, and in Slack and Discord (downloads and compiles one: two minutes)
	go test -count=1 ./core/account
	go test -count=1 -run '^TestLogin' ./cmd/aidesk
	cd core/account/oracletest && go vet ./... && go test -count=1 ./...

.PHONY: test-schedules
test-schedules: ## Go through three years of clock changes in every zone (half a minute)
	AIDESK_SCHEDULES=1 go test -count=1 ./core/schedule

# How many documents test-hostile makes; .ci/run takes fewer.
HOSTILE ?= 20000

.PHONY: test-hostile
test-hostile: ## Work documents that are made to hurt in child processes (HOSTILE of them, 20000)
	AIDESK_HOSTILE=$(HOSTILE) go test -count=1 -timeout 3h -v -run TestHostile ./bots/hostiletest

# The test binary runs by itself, so that its summary is the last line. A round mostly waits.
CRASH := temp="$$(mktemp -d)" && trap 'rm -rf "$$temp"' EXIT && go test -c -o "$$temp/crashtest" ./cmd/aidesk/crashtest && \
	cd cmd/aidesk/crashtest && "$$temp/crashtest" -test.v -test.parallel 32 -test.timeout 3h

.PHONY: crash
crash: ## Kill aidesk at any moment, and look what is lost, said or sent twice
	@export AIDESK_CRASH=short; $(CRASH)

.PHONY: crash-long
crash-long: ## The same with 1,000 kills and 100 power cuts (as root, where there is /dev/fuse)
	@export AIDESK_CRASH=long; $(CRASH)

.PHONY: vet
vet: ## Run go vet
	go vet ./...

.PHONY: lint
lint: $(LINT) ## Run the linters and the formatter's check (.golangci.yml)
	$(LINT) run ./...

.PHONY: fmt
fmt: $(LINT) ## Format the sources
	$(LINT) fmt

.PHONY: check
check: vet lint race ## Everything a change must pass: vet, lint, format, tests under the race detector

.PHONY: bench
bench: ## Run the benchmarks of every package that has some
	@packages="$$(grep -rl --include='*_test.go' '^func Benchmark' . | xargs -r -n1 dirname | sort -u)"; \
	if [ -z "$$packages" ]; then echo "make bench: no package has a benchmark"; exit 0; fi; \
	echo "go test -run '^\$$' -bench . -benchmem" $$packages; \
	go test -run '^$$' -bench . -benchmem $$packages

# The version is part of the file name, so that another version is another file.
$(LINT):
	@mkdir -p .bin
	@installed="$$(go env GOPATH)/bin/golangci-lint"; \
	if "$$installed" version 2>/dev/null | grep -q 'version $(LINT_VERSION:v%=%) '; then \
		cp "$$installed" $@; \
	else \
		echo "installing golangci-lint $(LINT_VERSION) into .bin (once; takes some minutes)"; \
		GOBIN='$(CURDIR)/.bin' go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION) && \
		mv .bin/golangci-lint $@; \
	fi
