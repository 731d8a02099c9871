"""Objects as the API shows them: prices filled in, deleted ones bare, expanded on request."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

from sandbox.stripe.errors import refuse
from sandbox.stripe.models import Thing

Json = dict[str, Any]
DEEPEST = 4


def shown(thing: Thing) -> Json:
    """Return the object; a deleted one is told by its id alone."""
    if thing.deleted:
        return {"id": thing.uid, "object": thing.kind, "deleted": True}
    data: Json = copy.deepcopy(thing.data)
    if thing.kind == "subscription":
        rows = _with_prices(data["items"])
        data["items"] = listed(rows, f"/v1/subscription_items?subscription={thing.uid}")
    if thing.kind == "invoice":
        data["lines"] = listed(data["lines"], f"/v1/invoices/{thing.uid}/lines")
    return data


def listed(rows: list[Json], url: str, *, more: bool = False) -> Json:
    """Return rows as a list object."""
    return {"object": "list", "data": rows, "has_more": more, "url": url}


def _with_prices(rows: list[Json]) -> list[Json]:
    ids = {row["price"] for row in rows}
    prices = {one.uid: one for one in Thing.objects.filter(uid__in=ids)}
    return [{**row, "price": shown(prices[row["price"]])} for row in rows]


def _line_items(thing: Thing) -> Json:
    rows = _with_prices(thing.hidden["line_items"])
    return listed(rows, f"/v1/checkout/sessions/{thing.uid}/line_items")


def _payments(thing: Thing) -> Json:
    return listed(copy.deepcopy(thing.hidden.get("payments", [])), "/v1/invoice_payments")


def _subscriptions(thing: Thing) -> Json:
    rows = Thing.objects.filter(kind="subscription", customer=thing.uid)
    alive = rows.exclude(status__in=("canceled", "incomplete_expired"))
    return listed([shown(one) for one in alive], f"/v1/customers/{thing.uid}/subscriptions")


INCLUDABLE: dict[tuple[str, str], Callable[[Thing], Json]] = {
    ("checkout.session", "line_items"): _line_items,
    ("invoice", "payments"): _payments,
    ("customer", "subscriptions"): _subscriptions,
}


def expand(body: Json, paths: Iterable[str]) -> Json:
    """Fill in what the caller asked to see whole; refuses what cannot be expanded."""
    for path in paths:
        parts = path.split(".")
        if sum(part != "data" for part in parts) > DEEPEST:
            raise refuse(f"You cannot expand more than {DEEPEST} levels: {path}", param="expand")
        _expand(body, parts, path)
    return body


def _expand(node: Any, parts: list[str], path: str) -> None:
    if isinstance(node, list):
        for one in node:
            _expand(one, parts, path)
        return
    if not isinstance(node, dict):
        return
    name, rest = parts[0], parts[1:]
    if node.get("deleted"):
        return
    if name not in node:
        node[name] = _included(node, name, path)
    value = node[name]
    if isinstance(value, str):
        node[name] = value = _whole(value, path)
    if rest:
        _expand(value, rest, path)
    elif value is not None and not isinstance(value, dict | list):
        raise _cannot(path)


def _included(node: Json, name: str, path: str) -> Json:
    make = INCLUDABLE.get((str(node.get("object")), name))
    if make is None:
        raise _cannot(path)
    return make(Thing.objects.get(uid=node["id"]))


def _whole(uid: str, path: str) -> Json:
    found = Thing.objects.filter(uid=uid).first()
    if found is None:
        raise _cannot(path)
    return shown(found)


def _cannot(path: str) -> Exception:
    return refuse(f"This property cannot be expanded ({path}).", param="expand")


def difference(old: Json, new: Json) -> Json:
    """Return what the changed fields were before, as `previous_attributes` tells it."""
    found: Json = {}
    for name in old.keys() | new.keys():
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            before = difference(before, after)
        found[name] = before
    return found
