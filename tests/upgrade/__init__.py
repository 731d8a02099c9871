"""Upgrades with traffic running, stops in the middle of work, and what migrations may not do."""
