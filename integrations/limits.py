"""What the workspace's plan allows of tools and webhooks, asked of the app that knows plans.

That app is a sibling of this one, so it is introduced to us when the product starts.
"""

from typing import Protocol

from accounts.models import Workspace


class Room(Protocol):
    """Whether one more is allowed; `plan` names the next one that allows more, if one does."""

    @property
    def allowed(self) -> bool:
        """Whether there is room for one more."""

    @property
    def limit(self) -> int | None:
        """How many the plan allows; None without a limit."""

    @property
    def why_not(self) -> str:
        """A sentence for people, empty where it is allowed."""

    @property
    def plan(self) -> str:
        """The code of the next plan that allows more; empty where none does."""


class Plans(Protocol):
    """The app that knows plans (`billing.plans`)."""

    def check_plan_limits(self, workspace: Workspace, feature: str, *, used: int) -> Room:
        """Say whether there is room for one more beside `used`."""

    def require(self, workspace: Workspace, feature: str, *, used: int) -> None:
        """Raise its own FlowError where there is none."""


_KNOWN: list[Plans] = []


def judged_by(plans: Plans) -> None:
    """Let `plans` say what is allowed: called once, when the product starts."""
    _KNOWN[:] = [plans]


def room_for(workspace: Workspace, feature: str, *, used: int) -> Room:
    """Say whether the plan allows one more of `feature` ("tools", "webhooks") beside `used`."""
    return _KNOWN[0].check_plan_limits(workspace, feature, used=used)


def require(workspace: Workspace, feature: str, *, used: int) -> None:
    """Raise PlanRequiredError (402) where the plan allows no more than `used`."""
    _KNOWN[0].require(workspace, feature, used=used)
