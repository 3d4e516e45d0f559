"""Bars on real recordings, one theme a module: `THEMES`, name -> what measures its bars."""
