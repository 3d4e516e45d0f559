"""The mark that simulated data bear in every table and plot."""

SIMULATED = "SIMULATED DATA"
