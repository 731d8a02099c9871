"""The pages on which people use their rights, and what networks call."""
