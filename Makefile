# The front door. Thin on purpose: presets and scripts do the work.

.DEFAULT_GOAL := help
.PHONY: help run build conformance-server test bench format lint fuzz soak

help:
	@echo "make run     install what is missing, build, serve the chat on http://localhost:4000 (PORT= to change)"
	@echo "make test    install, build, run all tests"
	@echo "make build   the release binaries, in build/release/bin"
	@echo "make conformance-server   the application that conformance suites talk to, on http://localhost:4000 (PORT=)"
	@echo "make bench   the measured figures"
	@echo "make format  clang-format over the tree;  make lint: clang-tidy and the house rules"
	@echo "make fuzz    each fuzzer for 30 s (SECONDS_EACH=);  make soak: the slow suites for an hour (MINUTES=)"

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

format:
	@scripts/format

lint:
	@scripts/lint

fuzz:
	@scripts/fuzz $(SECONDS_EACH)

soak:
	@scripts/soak $(MINUTES)
