"""The relay: each task calls one function; what was not woken is found by `sweep`."""

from celery import shared_task

from flowia.lib.wake import wake
from processing.privacy import erasing, exporting, retention

HALF_AN_HOUR, HOURS = 1800, 4 * 3600


@shared_task(soft_time_limit=HALF_AN_HOUR, time_limit=HALF_AN_HOUR + 30)
def export(export_id: int) -> None:
    """Write the file of one export."""
    exporting.write(export_id)


@shared_task(soft_time_limit=HALF_AN_HOUR, time_limit=HALF_AN_HOUR + 30)
def erase(erasure_id: int) -> None:
    """Do what an erasure has left to do."""
    erasing.carry_on(erasure_id)


@shared_task
def sweep() -> None:
    """Wake exports and erasures that are due; beat calls this every ten seconds."""
    for export_id in exporting.due():
        wake(export, export_id)
    for erasure_id in erasing.due():
        wake(erase, erasure_id)


@shared_task(soft_time_limit=HOURS, time_limit=HOURS + 30)
def purge() -> None:
    """Take away what is too old; beat calls this every night."""
    exporting.drop_strays()
    retention.purge()
