"""One experiment: folds, fitted decoders, answers, what is measured of them, and the directory where all of it is kept."""
