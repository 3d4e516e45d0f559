"""A paper's tables: which runs make them, what was published, what was measured here, and whether its claims hold."""
