"""`manage.py verify_audit [--log FILE]`: is every entry of the audit log there, as it was?

Exit code 1 when not. With `--log`, a file of JSON lines as the product writes them, once or several
times: what it tells of has to be there too.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import AuditChain
from accounts.verifying import Break, lost_from, verify_all


class Command(BaseCommand):
    """Verify every chain, and what the logs hold of them."""

    help = "Verifies that no entry of the audit log is missing or was changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--log", action="append", type=Path, default=[], help="a log file, in JSON lines"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # A command run by Django speaks the settings' language only when it is switched on.
        with translation.override(settings.LANGUAGE_CODE):
            self._verify(options["log"])

    def _verify(self, files: list[Path]) -> None:
        found = verify_all()
        for one in found:
            self.stdout.write(_sentence(one))
        lost = [one for path in files for one in self._lost(path)]
        for one in lost:
            words = _("%(chain)s: the logs tell of another entry %(number)s.")
            self.stdout.write(words % vars(one))
        self.stdout.write(_("Chains verified: %d") % AuditChain.objects.count())
        if found or lost:
            raise CommandError(_("The audit log was changed by hand: see above."))

    def _lost(self, path: Path) -> list[Break]:
        try:
            with path.open(encoding="utf-8", errors="replace") as lines:
                return list(lost_from(lines))
        except OSError as error:
            raise CommandError(str(error)) from error


def _sentence(found: Break) -> str:
    if not found.chain:
        return _("A whole chain is missing.")
    if not found.number:
        return _("%(chain)s is missing as a whole.") % vars(found)
    return _("%(chain)s is broken at entry %(number)s.") % vars(found)
