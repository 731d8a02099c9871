"""What we ask people for at Meta, and why; and what an account lacks without it (meta.md 1.2)."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from social.logins import Scope

FACEBOOK = (
    Scope("pages_show_list", _("show you the list of your Pages to choose from"), needed=True),
    Scope(
        "pages_messaging",
        _("read the messages your customers write to your Page, and answer them"),
        needed=True,
    ),
    Scope(
        "pages_manage_metadata",
        _("be told at once when a customer writes: without it nothing would arrive"),
        needed=True,
    ),
    Scope(
        "pages_read_engagement",
        _("know which publication a comment belongs to"),
    ),
    Scope(
        "pages_read_user_content",
        _("read the comments your customers write under your publications"),
    ),
    Scope(
        "pages_manage_engagement",
        _("answer the comments under your publications"),
    ),
    Scope(
        "instagram_basic",
        _("find the Instagram account that is linked to your Page"),
    ),
    Scope(
        "instagram_manage_messages",
        _("read the messages your customers write to you on Instagram, and answer them"),
    ),
    Scope(
        "instagram_manage_comments",
        _("read the comments your customers write on Instagram, and answer them"),
    ),
    Scope(
        "business_management",
        _("find the Pages that you manage through a business portfolio"),
    ),
)
"""What each of these opens depends on the kind of the account: `lacking` tells."""
INSTAGRAM = (
    Scope(
        "instagram_business_basic",
        _("see which Instagram account you connect"),
        needed=True,
    ),
    Scope(
        "instagram_business_manage_messages",
        _("read the messages your customers write to you on Instagram, and answer them"),
        needed=True,
        unlocks=("direct", "private_replies"),
    ),
    Scope(
        "instagram_business_manage_comments",
        _("read the comments your customers write on Instagram, and answer them"),
        unlocks=("comments", "private_replies"),
    ),
)
MESSENGER_NEEDS = {
    "direct": ("pages_messaging", "pages_manage_metadata"),
    "comments": (
        "pages_read_engagement",
        "pages_read_user_content",
        "pages_manage_engagement",
        "pages_manage_metadata",
    ),
    "private_replies": ("pages_messaging", "pages_read_user_content", "pages_manage_metadata"),
}
LINKED_NEEDS = {
    "direct": ("instagram_basic", "instagram_manage_messages", "pages_manage_metadata"),
    "comments": ("instagram_basic", "instagram_manage_comments", "pages_manage_metadata"),
    "private_replies": ("instagram_manage_messages", "instagram_manage_comments"),
}
OWN_NEEDS = {
    "direct": ("instagram_business_manage_messages",),
    "comments": ("instagram_business_manage_comments",),
    "private_replies": (
        "instagram_business_manage_messages",
        "instagram_business_manage_comments",
    ),
}
MISSING = "missing_scope"
MODERATING = {"CREATE_CONTENT", "MANAGE", "MODERATE"}
"""The tasks of which one is needed for a Page's comments (meta.md 1.5)."""


def lacking(kind: str, scopes: tuple[str, ...], facts: Mapping[str, str]) -> dict[str, str]:
    """Return which abilities an account lacks, each with why: a scope, or a task.

    Of scopes that nobody knows (an empty tuple) nothing is said. `facts["tasks"]`, joined by
    commas, are what the person may do on the Page.
    """
    needs = _needs(kind, scopes)
    lacks = {
        ability: MISSING
        for ability, wanted in needs.items()
        if scopes and not set(wanted) <= set(scopes)
    }
    tasks = {task for task in facts.get("tasks", "").split(",") if task}
    if tasks and "MESSAGING" not in tasks:
        lacks.setdefault("direct", "no_messaging_task")
        lacks.setdefault("private_replies", "no_messaging_task")
    if tasks and not tasks & MODERATING:
        lacks.setdefault("comments", "no_moderating_task")
    return lacks


def _needs(kind: str, scopes: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    if kind == "messenger":
        return MESSENGER_NEEDS
    own = any(name.startswith("instagram_business_") for name in scopes)
    return OWN_NEEDS if own else LINKED_NEEDS


def names(scopes: Iterable[Scope]) -> tuple[str, ...]:
    """Return the scopes' names, in their order."""
    return tuple(scope.name for scope in scopes)
