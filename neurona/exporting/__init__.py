"""A fitted decoder as one file that needs nothing of Neurona (`export.export`); what reads it imports NumPy alone (`runtime`)."""
