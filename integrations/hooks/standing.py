"""What is told of hooks, to pages and programs alike: each with how it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flowia.lib import clock
from integrations import limits
from integrations.hooks import signing
from integrations.hooks.words import State, event_name, shown_url, state_of
from integrations.models import Hook


@dataclass(frozen=True)
class Standing:
    """A hook, how it stands, and as much of its address as its reader may know."""

    hook: Hook
    state: State
    url: str

    @property
    def events(self) -> list[str]:
        """The events it listens to, in words."""
        return [event_name(code) for code in self.hook.events]


def standings_of(hooks: Iterable[Hook], *, whole: bool) -> list[Standing]:
    """Tell of all of a workspace's hooks, in their order; `whole`: with their whole addresses."""
    rows = list(hooks)
    if not rows:
        return []
    limit = limits.room_for(rows[0].workspace, "webhooks", used=0).limit
    return [
        _standing(hook, carried=limit is None or place < limit, whole=whole)
        for place, hook in enumerate(rows)
    ]


def standing_of(hook: Hook, *, whole: bool) -> Standing:
    """Tell of one hook."""
    before = Hook.objects.filter(workspace=hook.workspace, created_at__lte=hook.created_at)
    place = before.exclude(created_at=hook.created_at, pk__gte=hook.pk).count()
    limit = limits.room_for(hook.workspace, "webhooks", used=0).limit
    return _standing(hook, carried=limit is None or place < limit, whole=whole)


def previous_until(hook: Hook) -> datetime | None:
    """Return until when the last secret that was replaced still signs, None without one."""
    return next((end for _one, end in signing.former_of(hook.credentials, now=clock.now())), None)


def _standing(hook: Hook, *, carried: bool, whole: bool) -> Standing:
    return Standing(hook, state_of(hook, carried=carried), shown_url(hook, whole=whole))
