"""Taking one person out of a raw webhook body, and finding the bodies that hold them.

The networks put several people's entries into one call, as items of lists. What is about a person
is the smallest item of a list that names their id; the rest stays as it came.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet, Value

from social.contracts import Echo, InboundMessage
from social.models import SocialAccount, WebhookEvent
from social.providers.registry import PROVIDERS


def split(body: bytes, person: str, *, account: str) -> tuple[bytes, list[Any]]:
    """Return the body without what it tells `account` of `person`, and the items taken out.

    Both are ids of the network. What another account was told stays. A body that names the two
    outside any list becomes `{}`; one that does not name them comes back byte for byte.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return body, []
    named = isinstance(document, dict) and _names(document, person) and _names(document, account)
    if not named:
        return body, []
    taken: list[Any] = []
    rest = _without(document, person, account, taken)
    if not taken:
        # Without a list there is one event, theirs; in lists, another account's items are left.
        return (body, []) if any(map(_is_list, document.values())) else (b"{}", [document])
    return json.dumps(rest, ensure_ascii=False).encode(), taken


def events_naming(person: str, provider: str) -> QuerySet[WebhookEvent]:
    """Select the provider's stored calls whose bytes hold `person`'s id; a scan of the table."""
    position = _Position(F("body"), Value(person.encode()))
    return WebhookEvent.objects.filter(provider=provider).alias(at=position).filter(at__gt=0)


def message_ids(event: WebhookEvent, account: SocialAccount, person: str) -> list[str]:
    """Return the ids of the messages between `account` and `person` in `event`."""
    return [
        entry.external_id
        for entry in _entries(event)
        if isinstance(entry, InboundMessage | Echo)
        and entry.contact_external_id == person
        and entry.account_external_id == account.external_id
    ]


def _entries(event: WebhookEvent) -> Iterator[Any]:
    provider = PROVIDERS.get(event.provider)
    try:
        yield from provider.parse(bytes(event.body)) if provider else ()
    except Exception:  # noqa: BLE001 - a body no parser takes brings no message back either
        return


def _without(value: Any, person: str, account: str, taken: list[Any]) -> Any:
    """Copy `value` without the items that name `person`, in outermost items naming `account`."""
    if isinstance(value, dict):
        return {key: _without(one, person, account, taken) for key, one in value.items()}
    if not isinstance(value, list):
        return value
    kept = []
    for item in value:
        inner: list[Any] = []
        concerned = not account or _names(item, account)
        rest = _without(item, person, "", inner) if concerned else item
        if concerned and _names(rest, person):
            taken.append(item)
        else:
            taken.extend(inner)
            kept.append(rest)
    return kept


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _names(value: Any, wanted: str) -> bool:
    if isinstance(value, dict):
        return any(_names(one, wanted) for one in (*value.keys(), *value.values()))
    if isinstance(value, list):
        return any(_names(one, wanted) for one in value)
    # Some networks put a document into a text of the document.
    packed = isinstance(value, str) and value[:1] in {"{", "["} and wanted in value
    return packed or str(value) == wanted


class _Position(Func):
    """Where bytes begin in a column of bytes, from 1; 0 when they are not there."""

    function = "INSTR"
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, _connection: Any, **_extra: Any) -> Any:
        """PostgreSQL asks the other way round."""
        column, person = self.source_expressions
        column_sql, column_values = compiler.compile(column)
        person_sql, person_values = compiler.compile(person)
        return f"POSITION({person_sql} IN {column_sql})", (*person_values, *column_values)
