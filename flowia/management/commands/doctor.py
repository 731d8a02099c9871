"""`manage.py doctor`: what is wrong with this deployment, in sentences, and what to do.

Exit code 1 with a ✗. Each part is looked at by itself and at once: a dead database ends nothing
else, and all of it takes about twenty seconds at most. No secret is printed.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from flowia.doctoring import broker, configuration, database, outside
from flowia.doctoring.examining import PATIENCE_SECONDS, examine
from flowia.doctoring.findings import BAD, GOOD, LOOK, MARKS, Finding, Look

LOOKS: Mapping[str, Look] = {
    "settings": configuration.look_at_settings,
    "files": configuration.look_at_files,
    "services": configuration.look_at_services,
    "database": database.look_at_database,
    "redis": broker.look_at_redis,
    "mail": outside.look_at_mail,
}
ONLINE: Mapping[str, Look] = {
    "web": outside.look_at_ourselves,
    "model": outside.look_at_model,
    "meta": outside.look_at_meta,
    "stripe": outside.look_at_stripe,
}
LONG_SECONDS = 600.0


class Command(BaseCommand):
    """Look at everything, tell it, and say by the exit code whether something is broken."""

    help = "Tells in sentences what is wrong with this deployment; exit code 1 when something is."
    requires_system_checks: list[str] = []  # noqa: RUF012 - they are among what is told

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")
        parser.add_argument("--online", action="store_true", help="ask outside services, too")
        parser.add_argument("--invariants", action="store_true", help="check them now: minutes")

    def handle(self, *args: Any, **options: Any) -> None:
        looks = dict(LOOKS)
        if options["online"]:
            looks |= ONLINE
        if options["invariants"]:
            looks["invariants"] = database.look_at_invariants
        seconds = LONG_SECONDS if options["invariants"] else PATIENCE_SECONDS
        language = settings.LANGUAGE_CODE
        with translation.override(language):
            found = examine(looks, language=language, seconds=seconds)
            self._tell(found, as_json=options["json"])
        if any(one.level == BAD for one in found):
            sys.exit(1)

    def _tell(self, found: list[Finding], *, as_json: bool) -> None:
        if as_json:
            told = {"well": not _number(found, BAD), "findings": [asdict(one) for one in found]}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
            return
        # What is broken stands last, where the eye is when the command is over.
        for level in (GOOD, LOOK, BAD):
            for one in (one for one in found if one.level == level):
                self.stdout.write(f"{MARKS[level]} {one.says}")
                if one.do:
                    self.stdout.write(f"    → {one.do}")
        if not _number(found, BAD) and not _number(found, LOOK):
            self.stdout.write(_("All is well."))
        else:
            told = {"bad": _number(found, BAD), "look": _number(found, LOOK)}
            self.stdout.write(_("Broken: %(bad)d. To look at: %(look)d.") % told)


def _number(found: list[Finding], level: str) -> int:
    return Counter(one.level for one in found)[level]
