"""The keys by which drafts find other people's names: read from the names, some at a time.

A name is written where a message or a network tells it; its key follows within a minute. Until
then the name itself is looked at, whoever wrote it: no draft leaves because a key is missing.
"""

import time

from django.db import transaction

from processing.ai.others import looked_up_by
from processing.models import Contact

BATCH = 500
SECONDS = 20.0
"""So long does one call go on while there is more to read."""


def read(*, seconds: float = SECONDS) -> int:
    """Give names their key that have none, for about so long; return how many."""
    until, done = time.monotonic() + seconds, 0
    while found := _read_some():
        done += found
        if time.monotonic() >= until:
            break
    return done


def _read_some() -> int:
    # An index holds these alone; nameless ones stand in it before them.
    unread = Contact.objects.filter(name_key__isnull=True, name__gt="").order_by("name")
    keys = list(unread.values_list("pk", flat=True)[:BATCH])
    if not keys:
        return 0
    with transaction.atomic():
        # In the order of all who lock several.
        rows = Contact.objects.filter(pk__in=keys).select_for_update(no_key=True).order_by("pk")
        contacts = list(rows.only("pk", "name"))
        for contact in contacts:
            contact.name_key = looked_up_by(contact.name)
        Contact.objects.bulk_update(contacts, ["name_key"])
    return len(contacts)
