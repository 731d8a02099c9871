"""Measurements; each is one command and prints ratios, never a verdict on time alone."""
