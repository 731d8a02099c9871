"""The pages of people and workspaces; what other apps' pages need of them is named here."""

from accounts.views.doors import sign_in, sign_in_at, sign_out, welcome

__all__ = ["sign_in", "sign_in_at", "sign_out", "welcome"]
