"""Encoding models: what a scene does to the brain, and the inversion of that."""
