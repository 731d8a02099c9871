"""Copies and erasures by HTTP."""
