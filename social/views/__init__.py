"""The pages of connected accounts."""
