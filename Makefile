# The registry: everything that is done to it from a terminal. "make" alone lists the targets.
# Needed beforehand: Go (the version in go.mod), git and make. The rest is installed by "make deps".

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS   += --no-builtin-rules
.NOTPARALLEL:

ADDR     ?= 127.0.0.1:8080
COUNT    ?= 5000
SEED     ?= 1
FUZZTIME ?= 20s
BENCH    ?= .
PACKAGES ?= ./...

VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# The tools are pinned in a module of their own; the product depends on none of them.
TOOL     := go tool -modfile=tools/go.mod
# Where goroutines share something; the rest is tested without the race detector, five times as fast.
CONCURRENT := ./generator ./generator/follow ./generator/publish/... ./generator/watch/... ./index/... ./cmd/...

.PHONY: help build run test test-go test-race e2e powercut lint fmt fuzz bench golden cover deps clean

help: ## list what can be made
	@echo "make TARGET, where TARGET is:"
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "Settings: ADDR=$(ADDR) COUNT=$(COUNT) SEED=$(SEED) (run), FUZZTIME=$(FUZZTIME) (fuzz),"
	@echo "          BENCH=$(BENCH) (bench), PACKAGES=$(PACKAGES) (test-go, lint, bench, golden, cover)"

build: ## build bin/registry
	@CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)' -o bin/registry ./cmd/registry
	@echo "built bin/registry $(VERSION)"

run: build ## build a site of sample records and serve it on ADDR
	@mkdir -p .run
	@bin/registry sample --count $(COUNT) --seed $(SEED) > .run/sample.ndjson.tmp
	@mv .run/sample.ndjson.tmp .run/sample.ndjson
	bin/registry build --source .run/sample.ndjson --out .run/public --state .run/state --base-url http://$(ADDR)
	bin/registry serve --public .run/public --state .run/state --addr $(ADDR)

test: deps lint test-go test-race e2e ## install what is missing, then run every check there is

# Files of tests go to memory where there is one: thousands are written, synced and removed.
MEMORY := $(shell test -w /dev/shm && echo /dev/shm || echo "$${TMPDIR:-/tmp}")

test-go: deps ## run the Go tests, the fuzz corpora among them
	TMPDIR=$(MEMORY) go test -timeout 40m $(PACKAGES)

test-race: deps ## run the tests of what is concurrent under the race detector
	TMPDIR=$(MEMORY) go test -race -short -timeout 40m $(CONCURRENT)

e2e: deps build e2e/node_modules/.package-lock.json ## look at the site in a real Chromium
	@node=$$(tools/find-node) && cd e2e && "$$node" --test --test-reporter=spec --test-concurrency=2

e2e/node_modules/.package-lock.json: e2e/package.json e2e/package-lock.json
	cd e2e && npm ci --loglevel=error
	@touch $@

# Not part of test: it needs root, loop devices and a kernel with ext4, which not every machine gives.
powercut: ## cut the power of a file system while a site is published to it, fifty times (root)
	go test -count=1 -timeout 40m -tags powercut -run TestPowerCut -v ./cmd/registry

lint: ## check format, vet, staticcheck and dead code
	@unformatted=$$($(TOOL) gofumpt -l .); \
	if [ -n "$$unformatted" ]; then echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi
	go vet $(PACKAGES)
	$(TOOL) staticcheck $(PACKAGES)
	@dead=$$($(TOOL) deadcode -test $(PACKAGES)); \
	if [ -n "$$dead" ]; then echo "never called:"; echo "$$dead"; exit 1; fi
	@for unit in docs/systemd/*.service; do tools/check-unit $$unit || exit 1; done

fmt: ## format the Go code
	@$(TOOL) gofumpt -w .

fuzz: ## run every fuzz target for FUZZTIME
	@tools/fuzz $(FUZZTIME)

# Temporary files go to memory: shared disks vary tenfold from run to run. A run is compared with the one before.
bench: deps ## run the benchmarks of PACKAGES that match BENCH
	@mkdir -p .run
	@if [ -f .run/bench.txt ]; then mv .run/bench.txt .run/bench-before.txt; fi
	@TMPDIR=$(MEMORY) go test -timeout 60m -run '^$$' -bench '$(BENCH)' -benchmem $(PACKAGES) | tee .run/bench.txt
	@if [ -f .run/bench-before.txt ]; then $(TOOL) benchstat .run/bench-before.txt .run/bench.txt; fi

golden: ## write the golden files anew; look at the difference before you commit it
	@packages=$$(grep -rl --include='*_test.go' 'flag.Bool("update"' cmd generator index | xargs -r -n 1 dirname | sort -u | sed 's|^|./|'); \
	if [ -z "$$packages" ]; then echo "no package has golden files"; else go test $$packages -update; fi
	@git --no-pager diff --stat

cover: deps ## measure which statements the tests reach
	@mkdir -p .run
	TMPDIR=$(MEMORY) go test -timeout 40m -coverprofile=.run/cover.out $(PACKAGES)
	@go tool cover -func=.run/cover.out | tail -n 1
	@echo "line by line: go tool cover -html=.run/cover.out"

deps: ## install the Debian packages that are missing (needs root or sudo)
	@tools/install-packages

clean: ## remove everything that was made here
	rm -rf bin .run e2e/shots e2e/node_modules tools/node/node_modules
