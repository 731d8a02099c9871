"""`manage.py make_key`: a fresh key for ENCRYPTION_KEY."""

from typing import Any

from django.core.management.base import BaseCommand

from flowia.lib.crypto import make_key


class Command(BaseCommand):
    """Print one fresh random key and nothing else; it is kept nowhere."""

    help = "Prints a fresh random key in the form that ENCRYPTION_KEY takes."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own declaration

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(make_key())
