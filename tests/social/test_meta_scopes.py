"""What an account lacks at Meta when something was declined, by its kind and its login."""

import pytest

from social.providers.meta import scopes

EVERY = scopes.names(scopes.FACEBOOK)
OWN = scopes.names(scopes.INSTAGRAM)
MISSING = "missing_scope"
LACKS: list[tuple[str, tuple[str, ...], dict[str, str], dict[str, str]]] = [
    ("messenger", EVERY, {}, {}),
    ("instagram", EVERY, {}, {}),
    ("instagram", OWN, {}, {}),
    ("messenger", (), {}, {}),
    (
        "messenger",
        tuple(name for name in EVERY if name != "pages_read_user_content"),
        {},
        {"comments": MISSING, "private_replies": MISSING},
    ),
    (
        "messenger",
        tuple(name for name in EVERY if name != "instagram_manage_messages"),
        {},
        {},
    ),
    (
        "instagram",
        tuple(name for name in EVERY if name != "instagram_manage_messages"),
        {},
        {"direct": MISSING, "private_replies": MISSING},
    ),
    ("instagram", OWN[:2], {}, {"comments": MISSING, "private_replies": MISSING}),
    ("messenger", EVERY, {"tasks": "MESSAGING"}, {"comments": "no_moderating_task"}),
    (
        "messenger",
        EVERY,
        {"tasks": "MODERATE"},
        {"direct": "no_messaging_task", "private_replies": "no_messaging_task"},
    ),
]


@pytest.mark.parametrize(("kind", "granted", "facts", "lacks"), LACKS, ids=range(len(LACKS)))
def test_what_was_declined_is_what_does_not_work(
    kind: str, granted: tuple[str, ...], facts: dict[str, str], lacks: dict[str, str]
) -> None:
    assert scopes.lacking(kind, granted, facts) == lacks
