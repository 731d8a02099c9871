"""sync: the lead is written into the workspace's tool, and the ledger says so.

remove: an erased person's row is taken away there.
"""

from flowia.lib.logging import follow
from integrations import actions, removals
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


def remove(removal_id: int) -> list[Wake]:
    """Take one erased lead out of a tool; failures are tried again by the dispatcher."""
    given_up = removals.remove(removal_id)
    if given_up is not None:
        deadletters.bury(
            "remove",
            removal_id,
            workspace=given_up.workspace,
            reason=given_up.error_code,
            attempts=given_up.attempts,
        )
    return []
