"""What a difference or a claim is worth: intervals, paired tests, sign flips, verdicts."""
