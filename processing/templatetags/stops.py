"""What operators paused, on top of a workspace's pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from accounts.models import Workspace
from processing.templatetags.drafts import HAS_STOPS
from social import pauses
from social.models import SocialAccount
from social.pauses import ACCOUNT, EVERYTHING, MODEL, NETWORK, Pause
from social.providers.registry import PROVIDERS

register = template.Library()


@dataclass(frozen=True)
class Told:
    """One pause for members: what rests, in a sentence, since when, until when where that is known.

    The operators' own words stay theirs.
    """

    sentence: str
    since: datetime
    until: datetime | None


@register.simple_tag
def stops_of(workspace: Workspace | None) -> list[Told]:
    """Return what operators paused of the workspace, the widest first; [] without any."""
    if not workspace or not getattr(workspace, HAS_STOPS, True):
        return []
    found = {one.name: one for one in pauses.operators_pauses(workspace)}
    if EVERYTHING in found:
        words = _("Flow IA is paused: what arrives is kept, and answers leave afterwards.")
        return [_told(found[EVERYTHING], words)]
    told = []
    if MODEL in found:
        words = _("The assistant is paused: messages wait for their answers, none is lost.")
        told.append(_told(found[MODEL], words))
    return [*told, *_of_networks(found), *_of_accounts(workspace, found)]


def _of_networks(found: dict[str, Pause]) -> Iterator[Told]:
    words = _("%(network)s is paused: what arrives is kept, and answers leave afterwards.")
    for name, pause in found.items():
        kind, _colon, network = name.partition(":")
        if kind == NETWORK:
            label = PROVIDERS[network].label if network in PROVIDERS else network
            yield _told(pause, words % {"network": label})


def _of_accounts(workspace: Workspace, found: dict[str, Pause]) -> Iterator[Told]:
    uids = [name.removeprefix(f"{ACCOUNT}:") for name in found if name.startswith(f"{ACCOUNT}:")]
    if not uids:
        return
    words = _("%(account)s is paused: what arrives is kept, and answers leave afterwards.")
    for one in SocialAccount.objects.filter(workspace=workspace, uid__in=uids).order_by("pk"):
        yield _told(found[f"{ACCOUNT}:{one.uid}"], words % {"account": one})


def _told(pause: Pause, sentence: str) -> Told:
    return Told(sentence, pause.since, pause.until)
