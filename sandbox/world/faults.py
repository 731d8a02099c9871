"""Faults on request: what can be asked for, and which one the next call meets."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from sandbox.world.models import Fault

SERVICES = ("graph", "openai", "notion", "google", "mail")
EVERYWHERE = frozenset(
    {
        "latency",
        "rate_limited",
        "server_error",
        "bad_gateway",
        "not_json",
        "revoked_token",
        "timeout_after_acceptance",
    }
)
KINDS: dict[str, frozenset[str]] = {
    "graph": EVERYWHERE | {"window_closed", "unknown_recipient", "echo_off"},
    "openai": EVERYWHERE | {"refusal", "truncated", "insufficient_quota"},
    "notion": EVERYWHERE,
    "mail": frozenset({"latency", "timeout_after_acceptance", "down", "hangs", "refuses", "busy"}),
    "google": EVERYWHERE,
    "any": EVERYWHERE,
}
DEFAULT_SECONDS = {"latency": 3.0, "timeout_after_acceptance": 60.0, "hangs": 60.0}


class UnknownFaultError(ValueError):
    """The fault asked for does not exist; the message says what does."""


def add(asked: dict[str, Any]) -> Fault:
    """Keep the fault that `asked` describes (`service`, `kind`, `times`, `seconds` ...).

    Raises UnknownFaultError. `times` is 1 unless given; null means until it is removed.
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
            times=None if times is None else max(1, int(times)),
            seconds=float(asked.get("seconds", DEFAULT_SECONDS.get(kind, 0))),
            retry_after=int(asked.get("retry_after", 2)),
        )
    except (TypeError, ValueError) as error:
        raise UnknownFaultError("times, seconds and retry_after are numbers") from error


def take(service: str, kinds: Collection[str]) -> Fault | None:
    """Return the oldest fault for `service` among `kinds` and count it down; None when none."""
    waiting = Fault.objects.filter(service__in=(service, "any"), kind__in=kinds)
    if not waiting.exists():
        return None
    with transaction.atomic():
        fault = waiting.first()
        if fault is None or fault.times is None:
            return fault
        if fault.times == 1:
            fault.delete()
        else:
            fault.times -= 1
            fault.save(update_fields=["times"])
        return fault


def echoes_held() -> bool:
    """Tell whether echoes are held back (`POST /options {"echo": false}`)."""
    return Fault.objects.filter(kind="echo_off").exists()


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
        "times": fault.times,
        "seconds": fault.seconds,
        "retry_after": fault.retry_after,
    }
