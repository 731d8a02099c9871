"""What each of the first steps is called, why it is worth taking, and where it leads."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Words:
    """One step in words; `page` is where its button leads, `kept` where its result is looked at."""

    title: Promise
    why: Promise
    button: Promise
    page: str
    look: Promise
    kept: str


WORDS: dict[str, Words] = {
    "account": Words(
        _("Connect an account"),
        _("What people write there arrives here. Nothing is answered before you go live."),
        _("Choose a network"),
        "accounts",
        _("See the accounts"),
        "accounts",
    ),
    "facts": Words(
        _("Describe the business and its facts"),
        _("The assistant states no price, hour or address that is not written there."),
        _("Fill in the facts"),
        "start-facts",
        _("Complete the facts"),
        "start-facts",
    ),
    "scenario": Words(
        _("Choose a scenario"),
        _("It says what the assistant aims at. Take your trade's, and change its words any time."),
        _("Choose a trade"),
        "scenarios",
        _("See the scenarios"),
        "scenarios",
    ),
    "try": Words(
        _("Try it on a sample message"),
        _("The real assistant answers with your facts. Nothing is sent to anybody."),
        _("Try it out"),
        "start-try",
        _("Try another message"),
        "start-try",
    ),
    "live": Words(
        _("Go live in drafts"),
        _("Each answer waits as a draft until you approve it: nothing leaves by itself."),
        _("Go live in drafts"),
        "drafts",
        _("See the drafts"),
        "drafts",
    ),
    "tool": Words(
        _("Connect a tool"),
        _("People who are interested are written into the table you already use."),
        _("Choose a tool"),
        "tools",
        _("See the tools"),
        "tools",
    ),
}
