"""The keys by which drafts find other people's names: read from the names, some at a time.

A name is written where a message or a network tells it; its key follows within a minute. Until
then the name itself is looked at, whoever wrote it: no draft leaves because a key is missing.
"""

import time

from django.db.models import Max

from processing.ai.others import looked_up_by
from processing.models import Contact

BATCH = 100
SECONDS = 5.0
"""So long does one call go on while there is more to read."""
MANY = 2000
"""How many contacts are looked at with one statement at night."""


def read(*, seconds: float = SECONDS) -> int:
    """Give names their key that have none, for about so long; return how many."""
    until, done = time.monotonic() + seconds, 0
    # An index holds these alone; nameless ones stand in it before them.
    unread = Contact.objects.filter(name_key__isnull=True, name__gt="").order_by("name")
    while found := list(unread.values_list("pk", "name")[:BATCH]):
        for contact, name in found:
            _keep(contact, name, None)
            done += 1
            if time.monotonic() >= until:
                return done
    return done


def mend() -> int:
    """Give names anew their key whose key is another than it would be today; return how many.

    For every night: what a key is changes with the letters that are taken for others.
    """
    last, mended = Contact.objects.aggregate(last=Max("pk"))["last"] or 0, 0
    for start in range(0, last + 1, MANY):
        rows = Contact.objects.filter(pk__gte=start, pk__lt=start + MANY, name_key__isnull=False)
        for contact, name, key in rows.values_list("pk", "name", "name_key"):
            if key != looked_up_by(name):
                mended += _keep(contact, name, key)
    return mended


def _keep(contact: int, name: str, key: str | None) -> int:
    """Write one key, unless name or key changed meanwhile.

    A transaction for each: whoever locks several contacts, in whatever order, waits for no other
    than this row, and on SQLite everybody writes in between.
    """
    rows = Contact.objects.filter(pk=contact, name=name, name_key=key)
    return rows.update(name_key=looked_up_by(name))
