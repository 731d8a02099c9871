"""Beat's scheduler: the database's, with our defaults added and operators' changes kept."""

from typing import Any

from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler


class KeepingScheduler(DatabaseScheduler):  # type: ignore[misc] # the library has no types
    """Add the entries of `CELERY_BEAT_SCHEDULE` that are missing; leave the others alone.

    The library's own scheduler writes the settings over the rows at every start, which would
    take back what an operator changed in the admin.
    """

    def update_from_dict(self, mapping: dict[str, Any]) -> None:
        """Create the rows whose names are new."""
        known = set(PeriodicTask.objects.values_list("name", flat=True))
        super().update_from_dict({name: e for name, e in mapping.items() if name not in known})
