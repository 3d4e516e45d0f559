"""Bars of a person's own recordings: files in, decoders out."""
