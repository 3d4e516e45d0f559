"""What groundings are worth: do they repeat, and are planted ones found again?"""
