# `make` alone prints the recipes. Each makes .venv by itself where it needs one.
#
#   make test PYTHON=python3.13          another Python than the first that is found
#   make test PYTEST_ARGS="-k units"     a part of the tests
#   make demo ARGS="--help"              options for the command behind a recipe

PY := .venv/bin/python
PYTHON ?=
PYTEST_ARGS ?=
# One worker more than there are cores: some wait for disks, servers and killed programs.
# pytest-benchmark would only warn that it cannot measure then.
EVERY_CORE := -n $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --dist worksteal -p no:benchmark
ARGS ?=
export PYTHON
# Tests start Python hundreds of times: each would compile every module anew where this is set.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test proof check bench rules wheelhouse clean venv lint

help:  ## print this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/make \1|\2/p' Makefile | \
		while IFS='|' read -r name text; do printf '  %-12s %s\n' "$$name" "$$text"; done

demo: venv  ## make a realistic county, settle it and show the result 演示
	@$(PY) -m equivalents demo $(ARGS)

test:  ## everything that must pass: lint, types, tests with small counts 测试
	@scripts/deps
	@scripts/venv
	@scripts/venv client
	@$(MAKE) --no-print-directory lint
	$(PY) -m pytest $(EVERY_CORE) $(PYTEST_ARGS)

proof: venv  ## the same proofs with their full counts; writes docs/proof.md 完整验证
	$(PY) -m tests.proof $(ARGS)

check: venv lint  ## lint, format and types only 静态检查

bench: venv  ## kernels, and this engine beside DuckDB, polars and pandas 性能
	$(PY) -m benchmarks.peers $(ARGS)
	$(PY) -m benchmarks.others
	$(PY) -m benchmarks.files
	$(PY) -m benchmarks.service

rules: venv  ## every rule, the room that keeps it, the scenarios that prove it 规则
	@$(PY) -m tests.rules $(ARGS)

wheelhouse:  ## everything for an installation without a network 离线安装包
	@scripts/wheelhouse $(ARGS)

clean:  ## remove the environments and build products, never a case or a result 清理
	rm -rf .venv .venv-client build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache .benchmarks
	rm -rf *.egg-info
	@for folder in api equivalents tests benchmarks; do \
		if [ -d "$$folder" ]; then \
			find "$$folder" -type d -name __pycache__ -prune -exec rm -rf {} +; \
		fi; \
	done

venv:
	@scripts/deps venv
	@scripts/venv

lint:
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
