"""Writing a letter: a row in the transaction of what it tells, posted once that is committed."""

from typing import Any

from accounts import mailbox
from accounts.models import Letter, User
from accounts.tasks import post_letter
from accounts.wording import Kind
from flowia.lib.rows import Row
from flowia.lib.wake import wake_after_commit

__all__ = ["Kind", "write"]


def write(
    kind: Kind,
    *,
    user: User | None = None,
    email: str = "",
    language: str = "",
    about: Row | None = None,
    data: dict[str, Any] | None = None,
) -> Letter:
    """Queue one letter as `mailbox.put` does, and have it posted once that is committed."""
    letter = mailbox.put(kind, user=user, email=email, language=language, about=about, data=data)
    wake_after_commit(post_letter, letter.pk)
    return letter
