"""A letter's row, for those who may not wake a worker themselves: the pipeline's steps."""

from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import structlog
from django.conf import settings

from accounts.models import Letter, User
from accounts.wording import Kind
from flowia.lib import clock
from flowia.lib.rows import Row


def put(
    kind: Kind,
    *,
    user: User | None = None,
    email: str = "",
    language: str = "",
    about: Row | None = None,
    data: dict[str, Any] | None = None,
    at: datetime | None = None,
) -> Letter:
    """Queue one letter to `user`, or to `email`, about the row `about`; whoever calls wakes.

    One that is to be posted `at` a later moment is found by itself.

    Call it inside the transaction of what it tells. `reset_unknown` is written for an address
    that nobody has, with the same work as a real letter; it keeps nothing of that address.
    """
    address = email or (user.email if user else "")
    return Letter.objects.create(
        kind=kind,
        user=user,
        email="" if kind == Kind.RESET_UNKNOWN else address,
        language=_spoken(language or (user.language if user else "")),
        subject_uid=about.uid if about else None,
        data=data or {},
        next_at=at or clock.now(),
        request_id=_request_id(),
    )


def put_once(key: str, kind: Kind, *, user: User, about: Row) -> Letter | None:
    """Queue one letter to `user` about `about`, if none was queued before under `key`, ever.

    Two who ask at once write it once. Call it as `put`; None when it is there already.
    """
    values = {
        "kind": kind,
        "user": user,
        "email": user.email,
        "language": _spoken(user.language),
        "subject_uid": about.uid,
        "next_at": clock.now(),
        "request_id": _request_id(),
    }
    uid = uuid5(NAMESPACE_URL, f"{kind}:{user.uid}:{key}")
    letter, made = Letter.objects.get_or_create(uid=uid, defaults=values)
    return letter if made else None


def _request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _spoken(language: str) -> str:
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
