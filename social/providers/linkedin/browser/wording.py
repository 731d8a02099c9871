"""When two texts are the same although a page shows them in its own way. Pure."""

from social.wording import flat, normal

__all__ = ["flat", "normal", "same_name"]


def same_name(one: str, other: str) -> bool:
    """Return whether two names are the same; what is added to a name makes another one."""
    return bool(flat(one)) and flat(one).casefold() == flat(other).casefold()
