"""Changing the encryption key: every stored secret is encrypted again with the first key.

Each row is changed by compare-and-swap, so that newer credentials are never overwritten, and each
on its own, so that the work can stop anywhere and be taken up again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from flowia.lib.crypto import (
    CannotDecryptError,
    current_head,
    encrypt,
    head_of,
    key_id_of,
)
from flowia.lib.sealed import Sealed, sealed_models

BATCH = 500
HEAD_LENGTH = len("v2:01234567:")
UNKNOWN = "?"
Rows = QuerySet[Sealed]


@dataclass
class Tally:
    """What came of a rotation; `unreadable` names rows as `app.Model uid`."""

    reencrypted: int = 0
    skipped: int = 0
    unreadable: list[str] = field(default_factory=list)


def waiting() -> int:
    """Return how many secrets are not yet encrypted with the first key."""
    return sum(_waiting(model).count() for model in sealed_models())


def rotate(tally: Tally, *, write: bool = True) -> Iterator[None]:
    """Encrypt again whatever waits, one row per step; `tally` counts while it goes.

    With `write` off, everything is done but the writing. Raises ImproperlyConfigured.
    """
    for model in sealed_models():
        tally.skipped += _sealed(model).filter(_newest(model)).count()
        for row in _rows(model):
            _renew(row, tally, write=write)
            yield


def rows_by_key() -> Counter[str]:
    """Return how many secrets need each key, by key id; `?` is what names no key."""
    found: Counter[str] = Counter()
    for model in sealed_models():
        heads = _sealed(model).annotate(head=Substr(model.sealed_in, 1, HEAD_LENGTH))
        for start, count in heads.values_list("head").annotate(Count("pk")).order_by():
            found[_key_of(start)] += count
    return found


def _sealed(model: type[Sealed]) -> Rows:
    """Return the rows with a secret; the base manager hides none of them."""
    rows: Rows = model._base_manager.exclude(**{model.sealed_in: ""})  # noqa: SLF001 - Django's own name
    return rows


def _newest(model: type[Sealed]) -> Q:
    return Q(**{f"{model.sealed_in}__startswith": current_head()})


def _waiting(model: type[Sealed]) -> Rows:
    return _sealed(model).exclude(_newest(model))


def _rows(model: type[Sealed]) -> Iterator[Sealed]:
    last = 0
    while batch := list(_waiting(model).filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield from batch
        last = batch[-1].pk


def _renew(row: Sealed, tally: Tally, *, write: bool) -> None:
    """Encrypt one row again; where somebody changed it meanwhile, theirs is kept and looked at."""
    old, column = row.ciphertext, row.sealed_in
    try:
        new = encrypt(row.opened(), context=row.sealed_context)
    except CannotDecryptError:
        tally.unreadable.append(f"{row._meta.label} {row.uid}")  # noqa: SLF001 - Django's own name
        return
    mine = _sealed(type(row)).filter(pk=row.pk, **{column: old})
    if not write or mine.update(**{column: new}):
        tally.reencrypted += 1
    elif newer := _waiting(type(row)).filter(pk=row.pk).first():
        _renew(newer, tally, write=write)
    else:
        tally.skipped += 1


def _key_of(start: str) -> str:
    head = head_of(start)
    return key_id_of(head) if head else UNKNOWN
