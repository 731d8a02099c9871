"""Writing a letter: a row in the transaction of what it tells, posted once that is committed."""

from typing import Any

import structlog
from django.conf import settings

from accounts.models import Letter, User
from accounts.tasks import post_letter
from accounts.wording import Kind
from flowia.lib import clock
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
    """Queue one letter to `user`, or to `email`, about the row `about`.

    Call it inside the transaction of what it tells. `reset_unknown` is written for an address
    that nobody has, with the same work as a real letter; it keeps nothing of that address.
    """
    address = email or (user.email if user else "")
    letter = Letter.objects.create(
        kind=kind,
        user=user,
        email="" if kind == Kind.RESET_UNKNOWN else address,
        language=_spoken(language or (user.language if user else "")),
        subject_uid=about.uid if about else None,
        data=data or {},
        next_at=clock.now(),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", "")),
    )
    wake_after_commit(post_letter, letter.pk)
    return letter


def _spoken(language: str) -> str:
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
