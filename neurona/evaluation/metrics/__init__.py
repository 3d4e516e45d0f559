"""What answers are worth: accuracy by whatever groups, chance, ceilings, calibration, and what plain decoders reach."""
