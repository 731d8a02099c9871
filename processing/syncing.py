"""sync: the lead is written into the workspace's tool, and the ledger says so."""

from flowia.lib.logging import follow
from integrations import actions
from processing import deadletters, ledger
from processing.models import InteractionEvent, Lead
from processing.wakes import Wake


def sync(run_id: int) -> list[Wake]:
    """Push one lead; failures are kept on the run and tried again by the dispatcher."""
    pushed = actions.push(run_id)
    if pushed is None:
        return []
    follow(pushed.request_id)
    if not pushed.ok:
        deadletters.bury(
            "sync", run_id, workspace=pushed.workspace, reason=pushed.code, attempts=pushed.attempts
        )
    lead = (
        Lead.objects.filter(workspace=pushed.workspace, uid=pushed.lead_uid)
        .select_related("contact")
        .first()
    )
    ledger.record(
        InteractionEvent.Kind.LEAD,
        workspace=pushed.workspace,
        conversation=lead.contact.conversations.first() if lead else None,
        outcome="synced" if pushed.ok else "sync_failed",
        reason="synced" if pushed.ok else "sync_failed",
        data={"tool": pushed.tool, "code": pushed.code},
        request_id=pushed.request_id,
    )
    return []
