"""What is told of an account: its state, one sentence, what can be done; and moments in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from social.models import SocialAccount

ENDS_SOON = timedelta(days=14)


@dataclass(frozen=True)
class Cannot:
    """Something an account cannot do: its name, how people call it, and the code of why."""

    name: str
    label: str
    code: str


Impossible = Sequence[Cannot]


@dataclass(frozen=True)
class Judged:
    """The state's code, its sentence, what the owner can do, and until when it is held.

    `label` is what the state is called where its usual word does not fit.
    """

    state: str
    sentence: str
    action: str = ""
    until: datetime | None = None
    label: str = ""


def said(moment: datetime, account: SocialAccount, form: str = "DATETIME_FORMAT") -> str:
    """Return a moment in the workspace's own time, in the active language's form."""
    zone = ZoneInfo(account.workspace.timezone)
    return date_format(timezone.localtime(moment, zone), form)


def with_approval(words: str, cannot: Impossible) -> str:
    """Return `words`, and that answers wait for approval where automatic ones are not agreed to."""
    if not any(one.name == "automation" for one in cannot):
        return words
    waits = _("Every answer waits for your approval until you agree to automatic ones.")
    return f"{words} {waits}"
