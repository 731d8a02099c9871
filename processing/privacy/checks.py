"""A period that is named wrongly would be kept to by nobody: the product does not start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from flowia.lib.refusals import SETTINGS
from processing.privacy import retention


@register(SETTINGS)
def known_periods(**_: Any) -> list[CheckMessage]:
    """Refuse names in RETENTION_DAYS that no rule has, and periods below zero."""
    given = settings.RETENTION_DAYS
    wrong = [name for name, days in given.items() if name not in retention.names() or days < 0]
    return [
        Error(f"RETENTION_DAYS: {name} is not a period that can be set.", id="privacy.E001")
        for name in wrong
    ]
