"""The news of the plan on top of the pages, until a member has put them away."""

from django import template

from accounts.access import owns
from accounts.models import Workspace
from billing.telling import news_of, told
from flowia.lib import clock
from processing.templatetags.drafts import NEWS

register = template.Library()


@register.simple_tag
def plan_news(workspace: Workspace | None) -> dict[str, object] | None:
    """Return the workspace's latest news that nobody put away, None without any.

    `uid` names it, `sentence` tells it, `urgent` says that a payment mends it; `closes`, whether
    this person may put it away: what is to be paid is the owners' to settle.
    """
    if not workspace:
        return None
    read = hasattr(workspace, NEWS)
    found = getattr(workspace, NEWS) if read else news_of(workspace, now=clock.now())
    if found is None:
        return None
    change, urgent = found
    closes = not urgent or owns(workspace)
    return {"uid": change.uid, "sentence": told(change), "urgent": urgent, "closes": closes}
