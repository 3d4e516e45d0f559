"""The bars that readings are held to, one module a theme, one function a bar or a few; see benchmarks/reading.py."""
