"""Pages of a listing: how many, from where on; tokens do not live long.

A token names the last item of its page, so what is written meanwhile shifts nothing.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from sandbox.standins.front import Asked
from sandbox.youtube import errors, options

NOT_THE_QUESTION = {"pageToken", "maxResults"}


@dataclass(frozen=True)
class Page:
    """One page of rows, and the token of the next page or an empty string."""

    rows: list[Any]
    per_page: int
    following: str


def cut(asked: Asked, rows: QuerySet[Any], *, default: int, most: int) -> Page:
    """Return the page that was asked for, newest first by `published_at`; refuses bad numbers."""
    per_page = size(asked, default=default, most=most)
    after = _after(asked)
    if after:
        at, pk = after
        rows = rows.filter(Q(published_at__lt=at) | Q(published_at=at, pk__lt=pk))
    found = list(rows.order_by("-published_at", "-pk")[: per_page + 1])
    shown = found[:per_page]
    more = len(found) > per_page
    return Page(shown, per_page, _token(asked, shown[-1]) if more else "")


def size(asked: Asked, *, default: int, most: int) -> int:
    """Return `maxResults`, between 1 and `most`; refuses anything else."""
    text = asked.query.get("maxResults", str(default))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        message = f"Invalid value '{text}'. Values must be within the range: [1, {most}]"
        raise errors.refuse("invalidParameter", message=message, location="maxResults")
    return int(text)


def _token(asked: Asked, last: Any) -> str:
    told = [last.published_at.isoformat(), last.pk, _question(asked), options.now().isoformat()]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode()


def _after(asked: Asked) -> tuple[datetime, int] | None:
    text = asked.query.get("pageToken")
    if not text:
        return None
    try:
        at, pk, question, made = json.loads(base64.urlsafe_b64decode(text.encode()))
        age = options.now() - datetime.fromisoformat(made)
        found = datetime.fromisoformat(at), int(pk)
    except (ValueError, TypeError) as error:
        raise errors.refuse("invalidPageToken") from error
    old = age > timedelta(seconds=options.value("page_token_seconds"))
    if old or question != _question(asked):
        raise errors.refuse("invalidPageToken")
    return found


def _question(asked: Asked) -> str:
    known = sorted(item for item in asked.query.items() if item[0] not in NOT_THE_QUESTION)
    return hashlib.sha256(json.dumps([asked.path, *known]).encode()).hexdigest()[:16]
