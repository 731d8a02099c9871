"""The hourly look whether everything holds that must."""

from celery import shared_task

from flowia.lib import clock
from processing import invariants

HALF_AN_HOUR = 1800


@shared_task(soft_time_limit=HALF_AN_HOUR, time_limit=HALF_AN_HOUR + 30)
def check() -> None:
    """Note for /metrics and the alerts how many invariants are broken; beat calls this hourly."""
    invariants.note(now=clock.now())
