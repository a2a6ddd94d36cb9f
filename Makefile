# Shortcuts to the scripts and presets.

.DEFAULT_GOAL := help
.PHONY: help run build conformance-server test bench bench-quick bench-count format lint fuzz soak

help:
	@echo "make run     install missing packages, build, serve the chat on http://localhost:4000 (or PORT=)"
	@echo "make test    install, build, run all tests"
	@echo "make build   build the release binaries in build/release/bin"
	@echo "make conformance-server   serve the application for conformance suites on http://localhost:4000 (or PORT=)"
	@echo "make bench   run all benchmarks, also of the compared servers: 45 minutes;  make bench-quick: the main ones, two minutes"
	@echo "make bench-count   count the instructions and cache lines of a message"
	@echo "make format  run clang-format on all files;  make lint: run clang-tidy and check the house rules"
	@echo "make fuzz    run each fuzzer for 30 s (or SECONDS_EACH=);  make soak: run the slow suites for an hour (or MINUTES=)"

run:
	@scripts/build release entmoot_command
	exec build/release/bin/entmoot serve apps/chat --watch --port $(or $(PORT),4000)

build:
	@scripts/build release entmoot_command chat_room

conformance-server:
	@PORT=$(or $(PORT),4000) exec scripts/conformance-server

test:
	@scripts/test

bench:
	@scripts/bench

bench-quick:
	@scripts/bench quick

bench-count:
	@scripts/bench-count

format:
	@scripts/format

lint:
	@scripts/lint

fuzz:
	@scripts/fuzz $(SECONDS_EACH)

soak:
	@scripts/soak $(MINUTES)
