"""`manage.py note_backup`: a backup was made and copied away; /metrics tells its age."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from flowia.lib import notes


class Command(BaseCommand):
    """Note that there is a backup of now; the last line of whatever makes them."""

    help = "Notes that a backup was made just now, so that its age can be watched."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's own declaration

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            if not notes.keep(notes.BACKUP):
                raise CommandError(_("Redis does not answer: the backup was not noted."))
            self.stdout.write(_("The backup is noted."))
