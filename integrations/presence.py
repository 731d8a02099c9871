"""What stands in a tool, compared with what we wrote there: how people's deletions are noticed."""

from collections import defaultdict
from datetime import timedelta

from flowia.lib import clock
from integrations.connecting import connection_of
from integrations.connectors.registry import CONNECTORS
from integrations.contracts import ConnectorError
from integrations.models import Integration, SyncedRow
from integrations.outcomes import fall, hold

JUST_WRITTEN = timedelta(minutes=5)
"""A tool's list may lag behind what was written into it (crm.md, section 1)."""
State = SyncedRow.State


def look(integration: Integration) -> None:
    """Note which rows are missing, doubled, or there again after they were.

    Raises ConnectorError when the tool cannot be read; nothing is changed then.
    """
    before = clock.now() - JUST_WRITTEN
    try:
        standing = _standing(integration)
    except ConnectorError as error:
        if error.needs:
            fall(integration, error)
        if error.throttled and error.retry_after:
            hold(integration, error.retry_after)
        raise
    for row in list(SyncedRow.objects.filter(integration=integration)):
        _compare(
            row,
            standing.get(str(row.lead_uid), []),
            settled=row.written_at is None or row.written_at < before,
        )


def _standing(integration: Integration) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    connector = CONNECTORS[integration.kind]
    for lead_uid, row_id in connector.present(connection_of(integration)):
        found[lead_uid].append(row_id)
    return found


def _compare(row: SyncedRow, rows: list[str], *, settled: bool) -> None:
    mine = SyncedRow.objects.filter(pk=row.pk, written_at=row.written_at)
    if len(rows) > 1:
        mine.update(state=State.DUPLICATED)
    elif not rows and row.external_id and settled:
        mine.update(state=State.MISSING)
    elif rows and row.state != State.PRESENT:
        # Brought back, or the other one was taken away: written anew where it stands now.
        mine.update(state=State.PRESENT, external_id=rows[0], digest="")
