"""Taking one person out of a raw webhook body, and finding the bodies that hold them.

The networks put several people's entries into one call, as items of lists. What is about a person
is the smallest item of a list that names their id; the rest stays as it came.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Func, IntegerField, Q, QuerySet, Value

from social.contracts import Echo, InboundMessage
from social.models import SocialAccount, WebhookEvent
from social.reading import parsed

Named = Callable[[Any], bool]
"""Whether a part of a body names whom, or is what, is looked for."""
ANSWERED = {"reply_to", "parent_id", "parentId", "parent_comment_id", "referenced_message_info"}
"""Where the networks say what an item answers, rather than what it is."""

ADDRESSED = "to"
"""Where Meta's lists of messages say who reads one: part of it, though a list of its own."""


def split(body: bytes, person: str, *, account: str) -> tuple[bytes, list[Any]]:
    """Return the body without what it tells `account` of `person`, and the items taken out.

    Both are ids of the network. What another account was told stays. A body that names the two
    outside any list becomes `{}`; one that does not name them comes back byte for byte.
    """
    return _split(body, partial(_names, wanted=person), account)


def without_message(body: bytes, message: str, *, account: str) -> tuple[bytes, list[Any]]:
    """Return the same of one message of `account`; what only answers it stays."""
    return _split(body, partial(_is_about, wanted=message), account)


def take_message_out(calls: QuerySet[WebhookEvent], message: str, *, account: str) -> None:
    """Take a message out of each of `calls` that holds it; a scan of them."""
    for key in holding(calls, message).order_by("pk").values_list("pk", flat=True):
        take_out(key, partial(without_message, message=message, account=account))


def take_out(event_id: int, without: Callable[[bytes], tuple[bytes, list[Any]]]) -> None:
    """Write a stored call's body anew, the row locked: who takes out another thing waits."""
    with transaction.atomic():
        rows = WebhookEvent.objects.filter(pk=event_id)
        event = rows.select_for_update(no_key=True).only("body").first()
        rest, taken = without(bytes(event.body)) if event is not None else (b"", [])
        if taken:
            rows.update(body=rest)


def calls_to(account: SocialAccount) -> QuerySet[WebhookEvent]:
    """Select what may have told `account` something: its network's calls, and its own pages.

    A page that was read for another workspace's row of the same account is that workspace's.
    """
    whose = Q(social_account=None) | Q(social_account=account)
    return WebhookEvent.objects.filter(whose, provider=account.provider)


def holding(calls: QuerySet[WebhookEvent], name: str) -> QuerySet[WebhookEvent]:
    """Select those of `calls` whose bytes hold `name`; a scan of them."""
    position = _Position(F("body"), Value(name.encode()))
    return calls.alias(at=position).filter(at__gt=0)


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
    try:
        yield from parsed(event)
    except Exception:  # noqa: BLE001 - a body no parser takes brings no message back either
        return


def _split(body: bytes, theirs: Named, account: str) -> tuple[bytes, list[Any]]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return body, []
    named = isinstance(document, dict) and theirs(document) and _names(document, account)
    if not named:
        return body, []
    taken: list[Any] = []
    # All of a page of polling is its account's, whether or not each of its items says so.
    page = isinstance(document.get("account"), dict)
    rest = _without(document, theirs, "" if page else account, taken)
    if not taken:
        # Without a list there is one event, theirs; in lists, another account's items are left.
        return (body, []) if any(map(_is_list, document.values())) else (b"{}", [document])
    return json.dumps(rest).encode(), taken


def _without(value: Any, theirs: Named, account: str, taken: list[Any]) -> Any:
    """Copy `value` without the items that are `theirs`, in outermost items naming `account`."""
    if isinstance(value, dict):
        return {
            key: one if key == ADDRESSED else _without(one, theirs, account, taken)
            for key, one in value.items()
        }
    if not isinstance(value, list):
        return value
    kept = []
    for item in value:
        inner: list[Any] = []
        concerned = not account or _names(item, account)
        rest = _without(item, theirs, "", inner) if concerned else item
        if concerned and theirs(rest):
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


def _is_about(value: Any, wanted: str) -> bool:
    """Return whether `value` holds the id anywhere but where it says what it answers."""
    if isinstance(value, dict):
        return any(_is_about(one, wanted) for key, one in value.items() if key not in ANSWERED)
    if isinstance(value, list):
        return any(_is_about(one, wanted) for one in value)
    if isinstance(value, str) and value[:1] in {"{", "["} and wanted in value:
        try:
            return _is_about(json.loads(value), wanted)
        except (ValueError, RecursionError):
            return False
    return str(value) == wanted


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
