"""`manage.py audit_selectors UID`: are a network's pages still as we know them?"""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from flowia.lib import clock
from flowia.lib.errors import NotFoundError
from social.auditing import audit
from social.models import SocialAccount
from social.running import Report

DRIFTED, NOT_LOOKED = 1, 2


class Command(BaseCommand):
    """Visits and reads with one account's session; opens no thread, writes nothing."""

    help = (
        "Look with an account's own session whether the network's pages are as we know them, and"
        " by the selector of which rank each element is found. Exit code 1: they are not; 2: it"
        " could not be looked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the account's public id."""
        parser.add_argument("uid", type=UUID, help="the account, by its public id")

    def handle(self, *_args: Any, uid: UUID, **_options: Any) -> None:
        """Look, and print what was seen."""
        account = SocialAccount.objects.select_related("workspace").filter(uid=uid).first()
        if account is None:
            raise CommandError(f"No account has the id {uid}.", returncode=NOT_LOOKED)
        try:
            found = audit(account, now=clock.now())
        except NotFoundError as error:
            sentence = "No browser acts for this account."
            raise CommandError(sentence, returncode=NOT_LOOKED) from error
        for report in found.reports:
            self._tell(report)
        if found.drifted:
            raise CommandError("The pages are not as we know them.", returncode=DRIFTED)
        if found.trouble:
            raise CommandError(f"It could not be looked: {found.trouble}", returncode=NOT_LOOKED)
        self.stdout.write("All pages are as we know them.")

    def _tell(self, report: Report) -> None:
        seen = " ".join(word for word in (report.state, report.detail, report.missing) if word)
        self.stdout.write(f"{report.capability}: {seen} ({report.milliseconds} ms)")
        for name, rank in sorted(report.ranks.items()):
            by = "by none" if rank < 0 else f"by selector {rank}"
            self.stdout.write(f"  {name}: {by}")
        for warning in report.warnings:
            self.stdout.write(f"  warning: {warning}")
