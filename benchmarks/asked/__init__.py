"""Themes of `benchmarks/asking.py`."""
