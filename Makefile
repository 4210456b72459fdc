# `make` lists the targets; `make run` and `make test` install what is missing first.
PREFIX ?= /usr/local
CLUSTER ?= examples/lab3-cluster.yaml
ARGS ?=
STATIC = --static-swift-stdlib
BIN = .build/release/eyrie
CLIENTS = $(CURDIR)/.build/clients
export CLUSTER CLIENTS

.PHONY: help build run test acceptance multi bench fleet clusters restart connections simulate crash fuzz format lint install dependencies clients machines test-machines test-etcd clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: dependencies ## build the release
	swift build -c release $(STATIC) --product eyrie
	swift build -c release --product eyrie-pause

run: build clients machines ## start a region here, the first time with the course's cluster (CLUSTER=none for a bare region)
	@Tools/run $(BIN) $(ARGS)

test: dependencies clients test-machines test-etcd ## run every test, the real aws, boto3 and kubectl against a real server included
	@Tools/test

multi: build clients ## kill and freeze servers and etcd members in turn under load, in the long form
	@Tools/install-machines tests
	@EYRIE_LONG=1 Tests/Acceptance/run $(BIN) several

bench: dependencies ## build the load generator and run its standard set
	@Tools/bench

fleet: dependencies ## run a very large cluster in one process and tell what it costs (NODES=100000 PODS=1000000 MEMORY=20480 MiB)
	swift build -c release $(STATIC) --product eyrie-bench
	@NODES=$(NODES) PODS=$(PODS) MEMORY=$(MEMORY) Tools/fleet

clusters: build ## create many clusters in one server and ask each of them (CLUSTERS=1000)
	swift build -c release $(STATIC) --product eyrie-bench
	@CLUSTERS=$(CLUSTERS) Tools/clusters

restart: build ## tell how long a server with many objects takes to be ready again (OBJECTS=1000000)
	swift build -c release $(STATIC) --product eyrie-bench
	@OBJECTS=$(OBJECTS) Tools/restart

simulate: dependencies ## play seeds of the deterministic simulation (SEEDS=100 SEED=1 STEPS=30 SERVERS=2 for several only)
	swift build -c release $(STATIC) --product eyrie-simulate
	@SEEDS=$(SEEDS) SEED=$(SEED) STEPS=$(STEPS) SERVERS=$(SERVERS) Tools/simulate .build/release/eyrie-simulate

crash: build ## kill the server under load and compare what it was told with what is there (RUNS=50 SEED=1)
	@python3 Tests/Acceptance/crash.py $(CURDIR)/$(BIN) $(or $(RUNS),50) $(or $(SEED),1)

fuzz: dependencies ## feed the decoders with mutated input, so long for each (SECONDS=60 SEED=1)
	swift build --build-tests
	EYRIE_FUZZ_SECONDS=$(or $(SECONDS),60) EYRIE_FUZZ_SEED=$(or $(SEED),1) swift test --skip-build --filter FuzzTests

connections: build ## open ten thousand connections and watches, and print what they cost
	python3 Tests/Acceptance/connections.py $(BIN) 10000 10000

format: ## format the sources
	swift format -i -r --parallel Package.swift Sources Behaviours Tests Benchmarks

lint: ## check the format of the sources
	swift format lint -s -r --parallel Package.swift Sources Behaviours Tests Benchmarks

install: build ## install eyrie (and its eksctl name) under PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/eyrie
	install -m 755 $(BIN)-pause $(DESTDIR)$(PREFIX)/bin/eyrie-pause
	ln -sf eyrie $(DESTDIR)$(PREFIX)/bin/eksctl

dependencies: ## install the C libraries that the build needs, when they are missing
	@Tools/install-dependencies

clients: ## install the aws CLI, boto3 and kubectl into .build/clients, when they are missing
	@Tools/install-clients $(CLIENTS)

machines: ## install containerd, runc and the registry behind ECR, when they are missing and root asks
	@Tools/install-machines

test-machines:
	@Tools/install-machines tests

test-etcd:
	@Tools/install-etcd $(CLIENTS)

clean: ## remove what was built
	rm -rf .build
