"""Lists: newest first, from a cursor on, at most a hundred."""

from typing import Any

from django.db.models import QuerySet

from sandbox.stripe.errors import no_such
from sandbox.stripe.models import Event, Thing
from sandbox.stripe.params import moments, text, whole
from sandbox.stripe.showing import Json, listed, shown

USUAL, MOST = 10, 100
CURSORS: dict[str, Any] = {
    "limit": whole(1, MOST),
    "starting_after": text(),
    "ending_before": text(),
}
DATED: dict[str, Any] = {**CURSORS, "created": moments}


def page(rows: QuerySet[Any], params: Json) -> tuple[list[Any], bool]:
    """Return the rows of one page, newest first, and whether there are more."""
    for comparison, moment in params.get("created", {}).items():
        rows = rows.filter(**{f"created__{comparison}": moment})
    limit = params.get("limit", USUAL)
    if "ending_before" in params:
        cursor = _cursor(rows, params["ending_before"], "ending_before")
        found = list(rows.filter(pk__gt=cursor).order_by("pk")[: limit + 1])
        return found[:limit][::-1], len(found) > limit
    if "starting_after" in params:
        rows = rows.filter(pk__lt=_cursor(rows, params["starting_after"], "starting_after"))
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], len(found) > limit


def things(kind: str, params: Json, url: str, **where: Any) -> Json:
    """Return one page of the objects of a kind that are not gone."""
    rows = Thing.objects.filter(kind=kind, deleted=False, **where)
    found, more = page(rows, params)
    return listed([shown(one) for one in found], url, more=more)


def _cursor(rows: QuerySet[Any], uid: str, param: str) -> int:
    # An object keeps its place in the list when a filter no longer finds it.
    model: type[Thing | Event] = rows.model
    pk = model.objects.filter(uid=uid).values_list("pk", flat=True).first()
    if pk is None:
        raise no_such("object", uid, param)
    return int(pk)
