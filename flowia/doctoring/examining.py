"""Looking at everything at once, each part by itself: a dead part ends no other."""

import threading
import time
from collections.abc import Mapping

import structlog
from django.db import connections
from django.utils import translation
from django.utils.translation import gettext as _

from flowia.doctoring.findings import Finding, Look, bad

log = structlog.get_logger("flowia.doctor")
PATIENCE_SECONDS = 20.0


def examine(
    looks: Mapping[str, Look], *, language: str, seconds: float = PATIENCE_SECONDS
) -> list[Finding]:
    """Return what each part found, in the parts' order; what is not done in time says so."""
    found: dict[str, list[Finding]] = {name: [] for name in looks}
    threads = {
        name: threading.Thread(
            target=_examine, args=(name, one, found[name], language), daemon=True
        )
        for name, one in looks.items()
    }
    for thread in threads.values():
        thread.start()
    end = time.monotonic() + seconds
    for name, thread in threads.items():
        thread.join(max(0.0, end - time.monotonic()))
        if thread.is_alive():
            says = _("%(part)s: it could not be looked at within %(seconds)d seconds.")
            told = {"part": name, "seconds": round(seconds)}
            found[name] = [*found[name], bad(f"{name}.late", says % told)]
    return [one for findings in found.values() for one in findings]


def attempt(name: str, look: Look, found: list[Finding]) -> None:
    """Add what one part finds as it does, and that it broke: only the error's kind is told."""
    try:
        for one in look():
            found.append(one)  # noqa: PERF402 - whoever stops waiting sees what there is so far
    except Exception as error:  # noqa: BLE001 - whatever it is, the other parts are looked at
        log.debug("a part broke", part=name, error=type(error).__name__)
        says = _("%(part)s: it could not be looked at (%(error)s).")
        found.append(bad(f"{name}.broken", says % {"part": name, "error": type(error).__name__}))


def _examine(name: str, look: Look, found: list[Finding], language: str) -> None:
    with translation.override(language):
        try:
            attempt(name, look, found)
        finally:
            connections.close_all()
