"""Readers: one published data set (or archive of several) a file, which registers itself (`neurona.datasets.registry`)."""
