"""The trust ladder as its readers see it: for each scenario, where each kind of answer stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from accounts.models import Workspace
from processing import trust
from processing.intents import called
from processing.models import Scenario, Trust
from processing.reading import trusts_of
from processing.reasons import sentence

STANDS = list(Trust.Stage.values)[::-1]
"""The order of the rungs: what answers by itself comes first."""


@dataclass(frozen=True)
class Rung:
    """What a page says of one intent: its name, and why it stands there.

    `needed` approvals in a row are asked for; `lost` is whether the intent lost its trust.
    """

    trust: Trust
    intent: str
    sentence: str
    needed: int = 0
    lost: bool = False


def rungs(rows: Iterable[Trust]) -> list[Rung]:
    """Return the rows in words; read with their scenarios and workspace."""
    return [
        Rung(
            one,
            called(one.intent),
            sentence(f"trust_{one.reason}"),
            needed=max(1, one.workspace.trust_after),
            lost=one.stage == Trust.Stage.DRAFT and one.reason in trust.LOST,
        )
        for one in rows
    ]


def ladders_of(workspace: Workspace, scenario: Scenario | None = None) -> dict[UUID, list[Rung]]:
    """Return each scenario's rungs by its uid, or those of `scenario` alone, with one query.

    Only what has begun to climb or has lost its trust; nothing of a scenario that is off, and of
    one that answers by itself only what was taken from it or given back.
    """
    rows = trusts_of(workspace).exclude(scenario__autonomy=Scenario.Autonomy.OFF)
    if scenario is not None:
        rows = rows.filter(scenario=scenario)
    found: dict[UUID, list[Rung]] = {}
    for rung in rungs(rows.order_by("intent")):
        if _counts(rung):
            found.setdefault(rung.trust.scenario.uid, []).append(rung)
    for ladder in found.values():
        ladder.sort(key=lambda rung: STANDS.index(rung.trust.stage))
    return found


def _counts(rung: Rung) -> bool:
    if rung.trust.stage != Trust.Stage.DRAFT or rung.lost:
        return True
    # What a scenario lets leave by itself has nothing to earn.
    alone = rung.trust.scenario.autonomy == Scenario.Autonomy.AUTO
    return rung.trust.in_a_row > 0 and not alone
