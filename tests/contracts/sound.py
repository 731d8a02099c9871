"""What every event of every network must be: of its account, and fit for the tables."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any, get_args

from social.contracts import Event, Ignored, InboundMessage
from social.providers.base import Provider

LONGEST = {
    "account_external_id": 128,
    "contact_external_id": 128,
    "external_id": 255,
    "post_external_id": 128,
    "parent_external_id": 128,
    "quoted_external_id": 255,
    "contact_name": 200,
    "contact_handle": 200,
    "payload": 1000,
    "origin": 200,
}
NEVER_EMPTY = {"account_external_id", "external_id"}
KINDS = get_args(Event)


def check(provider: Provider, events: list[Event], accounts: Collection[str]) -> None:
    """Fail unless each of `events` can be stored, and is of one of `accounts`."""
    assert isinstance(events, list)
    for event in events:
        assert isinstance(event, KINDS), event
        if isinstance(event, Ignored):
            assert event.reason
            assert len(event.reason) <= 60
            continue
        assert event.account_kind in provider.capabilities
        assert event.account_external_id in accounts, (event, accounts)
        for field in fields(event):
            _check_value(field.name, getattr(event, field.name))
        if isinstance(event, InboundMessage) and event.kind == "direct":
            assert event.contact_external_id


def _check_value(name: str, value: Any) -> None:
    if isinstance(value, str):
        assert value.encode() or name not in NEVER_EMPTY, name
        assert "\x00" not in value, name
        assert len(value) <= LONGEST.get(name, 2_000_000), name
    elif isinstance(value, datetime):
        assert value.utcoffset() == timedelta(0), name
    elif isinstance(value, tuple | list):
        for one in value:
            _check_value(name.removesuffix("s"), one)
    elif isinstance(value, dict):
        for key, one in value.items():
            assert isinstance(key, str)
            _check_value(name, one)
    else:
        assert value is None or isinstance(value, bool | int), name
