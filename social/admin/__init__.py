"""Operators' pages about accounts and networks; webhook events stand with the mind."""

from social.admin import accounts, asking, drifting, holding, sessions

__all__ = ["accounts", "asking", "drifting", "holding", "sessions"]
