"""`manage.py purge`: what the nightly purge does, now; `--dry-run` only counts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from processing.privacy import retention


class Command(BaseCommand):
    """Take away what is kept too long."""

    help = "Deletes rows that are older than their period of retention."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = retention.overdue() if options["dry_run"] else retention.purge()
        for name, count in counts.items():
            self.stdout.write(f"{name:20} {count}")
