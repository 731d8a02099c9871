"""`manage.py up`: the whole of Flow IA on this machine, in one command."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from flowia.run.conductor import conduct


class Command(BaseCommand):
    """Prepare the data, start every process under a supervisor, and stop them on Ctrl-C."""

    help = "Runs web, workers, beat and the demo's sandbox until Ctrl-C."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own declaration

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--serve",
            action="store_true",
            help="run with the environment's own settings, without sandbox and demo data",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sys.exit(conduct(serve=options["serve"]))
