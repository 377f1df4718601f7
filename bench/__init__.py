"""Benchmarks that anyone can run again: ``make bench``, ``make bench FULL=1``."""
