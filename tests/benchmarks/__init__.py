"""Benchmarks: `python tests/benchmarks [names…] [--rounds N]`. They measure and print; no figure fails them."""
