"""Looking whether the audit log is whole: every night, on demand, and against the logs.

What somebody wrote by hand into the tables shows here, since only our key makes seals. What a seal
cannot show is a whole table put back as it was an hour ago, by somebody who kept a copy: that shows
against the logs, which have the digest of every entry and are kept elsewhere.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import structlog
from django.db import transaction

from accounts import audit, sealing
from accounts.models import AuditChain, AuditEntry, AuditKey, Workspace
from flowia.lib import clock

log = structlog.get_logger("flowia.audit")
LINES = 1000


@dataclass(frozen=True)
class Break:
    """Entry `number` of the chain is missing or was changed; 0 stands for the whole chain.

    Without a name it is some chain that is gone with its row.
    """

    chain: str
    number: int


def verify_all() -> list[Break]:
    """Verify every chain, write down what was found, and return what is broken.

    Each break is an error in the logs.
    """
    keys = list(AuditChain.objects.order_by("pk").values_list("key", flat=True))
    found = [Break(key, number) for key in keys if (number := verify(key)) is not None]
    found += missing()
    for one in found:
        log.error("audit log broken", chain=one.chain, number=one.number)
    log.info("audit log verified", chains=len(keys), broken=len(found))
    return found


def verify(key: str) -> int | None:
    """Return where a chain breaks, or None, and note it on its row."""
    number = audit.broken_at(key)
    AuditChain.objects.filter(key=key).update(checked_at=clock.now(), broken_at=number)
    return number


def missing() -> list[Break]:
    """Return the chains that are gone whole: known by their entries, their workspace or a count."""
    chains = AuditChain.objects.values("key")
    orphans = (
        AuditEntry.objects.exclude(chain__in=chains).order_by().values_list("chain", flat=True)
    )
    known = set(AuditChain.objects.values_list("key", flat=True))
    homes = {str(uid) for uid in Workspace.objects.values_list("uid", flat=True)}
    found = [Break(key, 0) for key in sorted({*orphans.distinct(), *(homes - known)})]
    return found or ([] if _all_are_there() else [Break("", 0)])


def _all_are_there() -> bool:
    """Return whether no chain is missing; looked at once more, held still, before it is said."""
    if sealing.all_are_there():
        return True
    with transaction.atomic():
        AuditKey.objects.select_for_update().first()
        return sealing.all_are_there()


def lost_from(lines: Iterable[str]) -> Iterator[Break]:
    """Yield what log lines (JSON) tell of and the tables no longer hold as it was.

    What was purged, or erased with its workspace, is in order: sealed rows say so. Other lines and
    torn ones are passed over.
    """
    over = {one["workspace"] for one in _erased()}
    told_of = filter(None, map(_told, lines))
    while some := list(islice(told_of, LINES)):
        chains = {chain for chain, _number, _digest in some}
        purged = dict(AuditChain.objects.filter(key__in=chains).values_list("key", "purged_to"))
        rows = AuditEntry.objects.filter(
            chain__in=chains, number__in={number for _chain, number, _digest in some}
        )
        there = set(rows.values_list("chain", "number", "digest"))
        for told in some:
            chain, number, _digest = told
            if told not in there and chain not in over and number > purged.get(chain, 0):
                yield Break(chain, number)


def _erased() -> Iterable[dict[str, Any]]:
    rows = AuditEntry.objects.filter(chain=audit.OPERATORS, action="workspace.erased")
    return rows.values_list("data", flat=True)


def _told(line: str) -> tuple[str, int, str] | None:
    try:
        said = json.loads(line)
        if said["event"] != "audit" or said["logger"] != "flowia.audit":
            return None
        return str(said["chain"]), int(said["number"]), str(said["digest"])
    except (ValueError, KeyError, TypeError):
        return None
