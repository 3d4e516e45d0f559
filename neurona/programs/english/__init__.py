"""English: a fixed grammar that needs no vocabulary and prints every tree, and English as people type it on a vocabulary."""
