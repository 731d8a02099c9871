"""sync: what is due is written into a workspace's tool, and the ledger says so.

remove: an erased person's row is taken away there.
"""

from datetime import timedelta

from accounts.models import Workspace
from flowia.lib import clock
from flowia.lib.logging import follow
from integrations import actions, removals
from processing import deadletters, ledger
from processing.models import InteractionEvent, Lead
from processing.pushing import is_open, thread_of
from processing.wakes import Wake
from social import pauses

CLOSED = timedelta(hours=1)
"""How long what waits for a larger plan leaves the dispatcher to others; an order ends it."""


def sync(integration_id: int) -> list[Wake]:
    """Take one turn at a tool; what is left waits for the next turn, behind other workspaces'.

    Nothing is written while everything is paused: the dispatcher asks again.
    """
    workspace = Workspace.objects.filter(integrations=integration_id).first()
    if workspace is None or pauses.everything_rests(now=clock.now()):
        return []
    if not is_open(workspace, integration_id):
        actions.shelve(integration_id, until=clock.now() + CLOSED)
        return []
    more = actions.turn(integration_id, tell=_tell)
    return [Wake("sync", integration_id)] if more else []


def _tell(pushed: actions.Pushed) -> None:
    follow(pushed.request_id)
    if pushed.buried:
        deadletters.bury(
            "sync",
            pushed.run_id,
            workspace=pushed.workspace,
            reason=pushed.code,
            attempts=pushed.attempts,
        )
    lead = (
        Lead.objects.filter(workspace=pushed.workspace, uid=pushed.lead_uid)
        .select_related("contact")
        .first()
    )
    ledger.record(
        InteractionEvent.Kind.LEAD,
        workspace=pushed.workspace,
        conversation=thread_of(lead) if lead else None,
        outcome="synced" if pushed.ok else "sync_failed",
        reason="synced" if pushed.ok else "sync_failed",
        data={"tool": pushed.tool, "code": pushed.code},
        request_id=pushed.request_id,
    )


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
