"""Scenes: what was shown, as scene graphs; their facts, and the questions that follow from them."""
