"""Pictures of answers, of effects and of groundings."""
