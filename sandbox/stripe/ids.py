"""Ids in Stripe's form: a prefix that tells the kind, then letters and digits."""

import secrets


def new_id(prefix: str) -> str:
    """Return a new id, as `cus_4f0c…`."""
    return f"{prefix}_{secrets.token_hex(12)}"
