"""Experiments: what a config says, the data it names, and what a run of it may measure and draw."""
