"""`manage.py after_restore [--until MOMENT] [--erased LOG]`: nothing leaves twice after a restore.

To be run once a backup was put back, before anything is started; docs/backups.md tells why.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from flowia.alone import nothing_runs
from flowia.lib import clock
from processing import restored, restoring

LOGGED = "flowia.erasures"


class Command(BaseCommand):
    """Hold what waits to leave, leave to humans what waits for an answer, repeat erasures."""

    help = "Holds whatever may have been sent since the backup that was put back."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until", default="", help="when the lost product stopped, if long before now"
        )
        parser.add_argument(
            "--erased", type=Path, help="the logs since the backup: their erasures are repeated"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(settings.LANGUAGE_CODE), nothing_runs():
            what = asked(options)
            self.stdout.write(hold(what))


@dataclass(frozen=True)
class Asked:
    """Until when the lost product went on, and the erasures that are to be repeated."""

    until: datetime
    erased: tuple[tuple[UUID, UUID], ...]


def asked(options: Mapping[str, Any]) -> Asked:
    """Return what the options ask for; raises CommandError for what cannot be read."""
    log: Path | None = options["erased"]
    try:
        found = tuple(erasures_in(log)) if log else ()
    except OSError as error:
        raise CommandError(str(error)) from error
    return Asked(moment_of(options["until"]), found)


def hold(what: Asked) -> str:
    """Hold what waits in the tables, and return a sentence that tells how much. Nothing may run."""
    held = restoring.hold_everything(until=what.until, erased=what.erased)
    restored.note_round()
    return _(
        "Sends to be looked up: %(sends)d. Drafts closed: %(drafts)d. Messages left to"
        " humans: %(messages)d. Follow-ups called off: %(follow_ups)d. Letters held:"
        " %(letters)d. Erasures repeated: %(erased)d. Sign-ins ended: %(sign_ins)d."
    ) % vars(held)


def moment_of(text: str) -> datetime:
    """Return the moment that was given, now for none; raises CommandError for what is none."""
    if not text:
        return clock.now()
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise CommandError(_("No moment like 2026-11-29T03:00:00Z: %s") % text)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def erasures_in(log: Path) -> Iterator[tuple[UUID, UUID]]:
    """Yield workspace and contact of each erasure in a log of JSON lines."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                told = json.loads(line)
                if told.get("event") == "erased" and told.get("logger") == LOGGED:
                    yield UUID(told["workspace"]), UUID(told["contact"])
            except (ValueError, KeyError, AttributeError, TypeError):
                continue
