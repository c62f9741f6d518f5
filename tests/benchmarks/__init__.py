"""Benchmarks: `python tests/benchmarks [names…] [--rounds N]`. They measure and print; they fail nothing."""
