# make demo    the product at work on this machine, GitHub included; DEMO_ONCE=1 writes demo-out/ and ends
# make check   everything that CI checks; puts the tools in place first
# make build   bin/bot
# make bench   the figures of docs/benchmarks.md
# make fuzz    each fuzz test for FUZZTIME
# make infra-report   the 112 numbers of infra, each checked; docs/acceptance.md is written from it
# make tools   the tools that check needs beside Go, git and make
# make gate-… tfsec, checkov, gitleaks or license: one security gate, as its workflow runs it
# make vuln    known vulnerabilities; needs the network, so it is a job of its own in CI and no part of check

TOOLS := $(or $(LAYERBOT_TOOLS),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/layerbot/tools)
export LAYERBOT_TOOLS := $(TOOLS)
FUZZTIME ?= 60s
GOVULNCHECK := v1.9.0

# The tests that need the tools stand behind this tag. It is not called "tools", which hcl/v2 uses for itself.
TAGS := realtools

GATES := gate-tfsec gate-checkov gate-gitleaks

.PHONY: demo check build bench fuzz tools vuln format vet tidy lint workflows infra infra-report test gate-license $(GATES)
.DEFAULT_GOAL := check

demo: export PATH := $(TOOLS)/bin:$(PATH)
demo: build
	go -C tools run ./install --dir '$(TOOLS)' terraform gitleaks tflint
	go run ./cmd/demo --bot bin/bot

build:
	CGO_ENABLED=0 go build -trimpath -buildvcs=auto -ldflags '-s -w' -o bin/bot ./cmd/bot

# In this order: what fails soonest comes first.
check: export PATH := $(TOOLS)/bin:$(PATH)
check: tools
	@$(MAKE) --no-print-directory format vet tidy lint workflows infra test

tools:
	go -C tools run ./install --dir '$(TOOLS)'

format:
	@files=$$(gofmt -l action cmd examples infra internal policies tools); test -z "$$files" || { echo "gofmt -w $$files"; exit 1; }
	terraform fmt -check -recursive -diff infra

vet:
	go vet -tags $(TAGS) ./...
	go -C tools vet ./...
	go -C infra/test vet ./...

tidy:
	go mod tidy -diff
	go mod verify
	go -C infra/test mod tidy -diff

lint:
	golangci-lint run
	cd infra/test && golangci-lint run
	for folder in infra/[0-9]*-* infra/modules/*; do tflint --chdir $$folder || exit 1; done

# What zizmor finds in its strictest mood counts; what is none stands in .github/zizmor.yml.
workflows:
	actionlint -shellcheck= -pyflakes=
	zizmor --offline --no-progress --quiet --persona auditor --strict-collection .github action.yml
	goreleaser check --quiet
	@$(MAKE) --no-print-directory gate-license gate-gitleaks

# tfsec and checkov take longer, and are played by the tests of action.
$(GATES): gate-%:
	tools/gate $*

gate-license:
	hack/license --check

# Every layer in every environment, by Terraform and a provider that stands in for AWS: infra/test.
infra:
	go -C infra/test run ./report --check ../../docs/acceptance.md

infra-report: export PATH := $(TOOLS)/bin:$(PATH)
infra-report:
	go -C tools run ./install --dir '$(TOOLS)'
	go -C infra/test run ./report --write ../../docs/acceptance.md

# Not from the cache: tests build the program and run it, which go test does not see.
test:
	go -C tools test ./...
	go test -count=1 -race -tags $(TAGS) -timeout 20m ./...

bench:
	go test -run '^$$' -bench . -benchmem ./...

fuzz:
	hack/fuzz $(FUZZTIME)

# https://go.dev/doc/security/vuln: its database is read over the network.
vuln:
	go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK) ./...
