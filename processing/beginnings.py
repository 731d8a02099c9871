"""How far a workspace came from signing up to its first answered message, read from its rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.blanks import has_blank, is_complete
from accounts.models import Workspace
from integrations.models import Hook, Integration
from processing.models import Beginning, DailyFigure, InteractionEvent, Replay, Scenario
from social.models import SocialAccount

CONNECTED = (SocialAccount.Status.ACTIVE, SocialAccount.Status.PAUSED)
WRITTEN = tuple(f"{InteractionEvent.Kind.DECIDED}:{one}:" for one in ("reply", "hold"))
"""How the figures of answers and of drafts that were really written begin."""
OPTIONAL = "tool"


@dataclass(frozen=True)
class Step:
    """One line of the list; `state` is "done", "next", "later" or "skipped"."""

    code: str
    state: str

    @property
    def optional(self) -> bool:
        """Whether the list is complete without it."""
        return self.code == OPTIONAL


@dataclass(frozen=True)
class Standing:
    """What is done of the six steps. `skipped` is the last one's, `put_away` the whole list's.

    `by_itself` says whether a scenario sends without anybody's approval once the assistant is on,
    `wrote` whether the assistant ever wrote an answer to somebody, or its draft.
    """

    account: bool
    facts: bool
    scenario: bool
    tried: bool
    live: bool
    tool: bool
    trade: str = ""
    skipped: bool = False
    put_away: bool = False
    by_itself: bool = False
    wrote: bool = False

    @property
    def answers(self) -> bool:
        """Whether a message that arrives now would be answered from facts, or get its draft."""
        return self.account and self.facts and self.live

    @property
    def settled(self) -> bool:
        """Whether the workspace's home is its inbox.

        Whoever had an answer written is past the first steps, however little works today: an
        account that lost its login, or the assistant switched off, makes nobody a beginner again.
        """
        return self.put_away or self.answers or self.wrote

    @property
    def under_way(self) -> bool:
        """Whether somebody who takes these steps still needs a way back to them."""
        return not self.settled

    @property
    def lost(self) -> bool:
        """Whether accounts worked once, and none does now."""
        return self.wrote and not self.account

    @property
    def first(self) -> bool:
        """Whether everything is ready and nothing was ever answered."""
        return self.answers and not self.wrote

    @property
    def steps(self) -> tuple[Step, ...]:
        """The six steps in their order; the first one that is open comes next."""
        done = {
            "account": self.account,
            "facts": self.facts,
            "scenario": self.scenario,
            "try": self.tried,
            "live": self.live,
            OPTIONAL: self.tool,
        }
        skipped = {OPTIONAL} if self.skipped else set()
        coming = next((one for one, is_so in done.items() if not is_so and one not in skipped), "")
        return tuple(
            Step(one, _state(is_so, one in skipped, one == coming)) for one, is_so in done.items()
        )

    @property
    def done(self) -> int:
        """How many of the steps are done."""
        return sum(step.state == "done" for step in self.steps)

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return all(step.state in {"done", "skipped"} for step in self.steps)


def standing_of(workspace: Workspace) -> Standing:
    """Return how far the workspace is; two queries, whatever its size."""
    row = _rows_of(workspace).get()
    lines = workspace.facts.values_list("label", "value")
    profile = workspace.business_profile
    return Standing(
        account=row["has_account"],
        facts=bool(profile.strip())
        and not has_blank(profile)
        and any(is_complete(*line) for line in lines),
        scenario=row["has_scenario"],
        tried=row["has_replay"] or row["has_written"] or row["beginning__tried_at"] is not None,
        live=row["has_live"] and workspace.assistant_on,
        tool=row["has_tool"] or row["has_hook"],
        trade=row["beginning__trade"] or "",
        skipped=row["beginning__tool_skipped_at"] is not None,
        put_away=row["beginning__put_away_at"] is not None,
        by_itself=row["has_auto"],
        wrote=row["has_written"],
    )


def note(workspace: Workspace, **values: Any) -> None:
    """Keep what no other row tells: columns of `Beginning`."""
    Beginning.objects.update_or_create(workspace=workspace, defaults=values)


def note_tried(workspace: Workspace, now: datetime) -> None:
    """Keep that a scenario was tried; the first time stays."""
    if not Beginning.objects.filter(workspace=workspace, tried_at__isnull=False).exists():
        note(workspace, tried_at=now)


def _state(is_done: bool, is_skipped: bool, is_next: bool) -> str:
    if is_done:
        return "done"
    return "skipped" if is_skipped else "next" if is_next else "later"


def _rows_of(workspace: Workspace) -> QuerySet[Workspace, dict[str, Any]]:
    here = Q(workspace=OuterRef("pk"))
    scenarios = Scenario.objects.filter(here, archived_at=None)
    answering = scenarios.exclude(kind=Scenario.Kind.FOLLOW_UP)
    written = Q(name__startswith=WRITTEN[0]) | Q(name__startswith=WRITTEN[1])
    tools = Integration.objects.filter(here).exclude(status=Integration.Status.SETTING_UP)
    found: QuerySet[Workspace, dict[str, Any]] = (
        Workspace.objects.filter(pk=workspace.pk)
        .annotate(
            has_account=Exists(SocialAccount.objects.filter(here, status__in=CONNECTED)),
            has_scenario=Exists(answering),
            has_live=Exists(answering.exclude(autonomy=Scenario.Autonomy.OFF)),
            has_auto=Exists(scenarios.filter(autonomy=Scenario.Autonomy.AUTO)),
            has_replay=Exists(Replay.objects.filter(here)),
            has_written=Exists(DailyFigure.objects.filter(here & written)),
            has_tool=Exists(tools),
            has_hook=Exists(Hook.objects.filter(here)),
        )
        .values(
            *("has_account", "has_scenario", "has_live", "has_auto", "has_replay"),
            *("has_written", "has_tool", "has_hook", "beginning__trade", "beginning__tried_at"),
            *("beginning__tool_skipped_at", "beginning__put_away_at"),
        )
    )
    return found
