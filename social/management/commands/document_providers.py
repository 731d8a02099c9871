"""`manage.py document_providers`: write docs/providers.md anew."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from social.documenting import document


class Command(BaseCommand):
    """Writes the page of the networks; a test tells when it is out of date."""

    help = "Write docs/providers.md from what the code says of the networks."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write the file."""
        path = settings.BASE_DIR / "docs" / "providers.md"
        path.write_text(document(), encoding="utf-8")
        self.stdout.write(f"{path.name} written")
