"""Faults on request: what can be asked for, and which one the next call meets."""

import random
from collections.abc import Collection
from typing import Any

from django.db import transaction

from sandbox.world.models import Fault

EVERYWHERE = frozenset(
    {
        "latency",
        "rate_limited",
        "server_error",
        "bad_gateway",
        "not_json",
        "revoked_token",
        "timeout_after_acceptance",
        "lost_after_acceptance",
    }
)
KINDS: dict[str, frozenset[str]] = {
    "graph": EVERYWHERE
    | {"error", "window_closed", "unknown_recipient", "echo_off", "webhooks_off"},
    "stripe": EVERYWHERE | {"error"},
    "tiktok": EVERYWHERE | {"error"},
    "youtube": EVERYWHERE | {"error"},
    "openai": EVERYWHERE | {"refusal", "truncated", "insufficient_quota"},
    "notion": EVERYWHERE | {"conflict", "overloaded", "unavailable"},
    "airtable": EVERYWHERE,
    "sheets": EVERYWHERE,
    "mail": frozenset({"latency", "timeout_after_acceptance", "down", "hangs", "refuses", "busy"}),
    "receiver": frozenset(
        {
            "latency",
            "rate_limited",
            "server_error",
            "bad_gateway",
            "error",
            "timeout_after_acceptance",
            "lost_after_acceptance",
        }
    ),
    "google": EVERYWHERE | {"error"},
    "any": EVERYWHERE,
}
AFTER_ACCEPTANCE = frozenset({"timeout_after_acceptance", "lost_after_acceptance"})
DETAILS = (
    "code",
    "subcode",
    "reason",
    "status",
    "headers",
    "message",
    "accepted",
    "type",
    "param",
)
DEFAULT_SECONDS = {"latency": 3.0, "timeout_after_acceptance": 60.0, "hangs": 60.0}


class UnknownFaultError(ValueError):
    """The fault asked for does not exist; the message says what does."""


def add(asked: dict[str, Any]) -> Fault:
    """Keep the fault that `asked` describes (`service`, `kind`, `operation`, `times` ...).

    Raises UnknownFaultError. `times` is 1 unless given; null means until it is removed. What
    kind *error* says (DETAILS) is kept as it was given, for the service to read. With a `chance`
    it is played at random, the same way for the same `seed`.
    """
    service, kind = asked.get("service", "any"), asked.get("kind")
    if service not in KINDS:
        raise UnknownFaultError(f"service is one of {', '.join(KINDS)}")
    if kind not in KINDS[service]:
        raise UnknownFaultError(f"kind is one of {', '.join(sorted(KINDS[service]))}")
    times = asked.get("times", 1)
    try:
        return Fault.objects.create(
            service=service,
            kind=kind,
            operation=str(asked.get("operation") or ""),
            times=None if times is None else max(1, int(times)),
            every=max(1, int(asked.get("every", 1))),
            seconds=float(asked.get("seconds", DEFAULT_SECONDS.get(kind, 0))),
            retry_after=int(asked.get("retry_after", 2)),
            detail=(_detail(asked) if kind == "error" else {}) | _luck(asked),
        )
    except (TypeError, ValueError) as error:
        raise UnknownFaultError(
            "times, every, seconds, retry_after, status and chance (0 to 1) are numbers, "
            "headers is an object"
        ) from error


def _detail(asked: dict[str, Any]) -> dict[str, Any]:
    detail = {name: asked[name] for name in DETAILS if asked.get(name) is not None}
    if "status" in detail:
        detail["status"] = int(detail["status"])
    headers = dict(detail.get("headers", {}))
    return {**detail, "headers": {str(name): str(value) for name, value in headers.items()}}


def _luck(asked: dict[str, Any]) -> dict[str, Any]:
    if asked.get("chance") is None:
        return {}
    chance = float(asked["chance"])
    if not 0 <= chance <= 1:
        raise ValueError(chance)
    return {"chance": chance, "seed": str(asked.get("seed", ""))}


def take(service: str, kinds: Collection[str], operation: str = "") -> Fault | None:
    """Return the oldest fault for this call and count it down; None when there is none.

    A fault without an operation meets every call of its service.
    """
    waiting = Fault.objects.filter(
        service__in=(service, "any"), kind__in=kinds, operation__in=("", operation)
    )
    if not waiting.exists():
        return None
    with transaction.atomic():
        return next((fault for fault in waiting if _is_due(fault)), None)


def _is_due(fault: Fault) -> bool:
    """Count this call, and tell whether the fault is played on it."""
    chance = fault.detail.get("chance")
    if fault.every > 1 or chance is not None:
        fault.seen += 1
        fault.save(update_fields=["seen"])
        if fault.seen % fault.every or not _drawn(fault, chance):
            return False
    if fault.times == 1:
        # The caller still reads its fields, of which deleting would take the key away.
        Fault.objects.filter(pk=fault.pk).delete()
    elif fault.times is not None:
        fault.times -= 1
        fault.save(update_fields=["times"])
    return True


def _drawn(fault: Fault, chance: float | None) -> bool:
    # The draw is a function of the seed and the call's number, so that a run can be repeated.
    draw = random.Random(f"{fault.detail.get('seed')} {fault.kind} {fault.seen}")  # noqa: S311
    return chance is None or draw.random() < chance


def echoes_held() -> bool:
    """Tell whether echoes are held back (`POST /options {"echo": false}`)."""
    return Fault.objects.filter(kind="echo_off").exists()


def webhooks_held() -> bool:
    """Tell whether nothing at all is announced, as the page offers it."""
    return Fault.objects.filter(kind="webhooks_off").exists()


def hold_echoes(*, held: bool) -> None:
    """Hold echoes back from now on, or let them go again."""
    Fault.objects.filter(kind="echo_off").delete()
    if held:
        add({"service": "graph", "kind": "echo_off", "times": None})


def as_json(fault: Fault) -> dict[str, Any]:
    """Return the fault as `GET /faults` shows it."""
    return {
        "id": fault.pk,
        "service": fault.service,
        "kind": fault.kind,
        "operation": fault.operation,
        "times": fault.times,
        "every": fault.every,
        "seconds": fault.seconds,
        "retry_after": fault.retry_after,
        **fault.detail,
    }
