"""The bars of speed, one module a theme, one function a theme's bars; see benchmarks/speed.py."""
