"""The state of an account that a browser acts for: the first that fits, the gravest first.

What is told here is what `social.barring` stops for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from social.judged import ENDS_SOON, Impossible, Judged, said, with_approval
from social.models import SocialAccount
from social.running import READ, SEND, UNKNOWN, VISIT, trouble_state
from social.standing import Standing
from social.stopped import stopped_by_operators
from social.surroundings import Surroundings
from social.words import session_trouble_in_words

MANY_ATTEMPTS = 4
"""After so many turns in a row that failed, it is worth a word."""
REFUSED = ("refused_999", "status_999", "refused_challenge")
"""Seen where a network takes us for a robot, and not for somebody who is too quick."""
Status = SocialAccount.Status


@dataclass(frozen=True)
class Scales:
    """What is weighed: the account, how its session stands, what stands around it, and when."""

    account: SocialAccount
    standing: Standing
    around: Surroundings
    cannot: Impossible
    now: datetime

    def words(self, sentence: str, **names: object) -> str:
        """Return `sentence` with the network's name and `names` in it; moments become local."""
        told = {
            name: said(one, self.account) if isinstance(one, datetime) else one
            for name, one in names.items()
        }
        return sentence % {"network": self.standing.network, **told}


def weigh(
    account: SocialAccount,
    standing: Standing,
    around: Surroundings,
    cannot: Impossible,
    *,
    now: datetime,
) -> Judged:
    """Return what is to be told of `account` at `now`, in the active language."""
    scales = Scales(account, standing, around, cannot, now)
    for one in WEIGHTS:
        found = one(scales)
        if found is not None:
            return found
    words = _("It works: a browser reads there now and then, within your working hours.")
    return Judged("working", with_approval(words, cannot))


def _by_operators(on: Scales) -> Judged | None:
    if not on.standing.by_operators:
        return None
    words = _("Flow IA's team stopped it: nothing is read or sent. Write to them to go on.")
    return Judged("stopped", words)


def _login(on: Scales) -> Judged | None:
    if on.account.status == Status.NEEDS_LOGIN:
        code = on.account.status_reason
        words = session_trouble_in_words(code, on.standing.network)
        return Judged(trouble_state(code), words, "reconnect")
    return None


def _stopped(on: Scales) -> Judged | None:
    if on.standing.session.stopped_at is None:
        return None
    words = _("You stopped it: nothing is read or sent until you allow it again.")
    return Judged("stopped", words, "go_on")


def _consent(on: Scales) -> Judged | None:
    if on.standing.agreed:
        return None
    words = _(
        "The text about the risk has changed since you agreed to it. Read it again: nothing is"
        " read or sent until you agree."
    )
    return Judged("consent", words, "agree_again")


def _paused(on: Scales) -> Judged | None:
    if on.account.status != Status.PAUSED:
        return None
    kept = next((found for one in KEEPING if (found := one(on)) is not None), None)
    if kept is None:
        words = _("You paused it: nothing is answered through it. What arrives is kept.")
    else:
        words = _("You paused it: nothing is answered through it.") + " " + kept.sentence
    return Judged("paused", words, "resume")


def _team(on: Scales) -> Judged | None:
    return stopped_by_operators(on.account, on.around)


def _network(on: Scales) -> Judged | None:
    if not on.around.paused:
        return None
    until = on.around.paused_until
    if until is None:
        words = _("%(network)s is paused for everybody by our operators: nothing is read or sent.")
        return Judged("provider_paused", on.words(words))
    words = _(
        "%(network)s is paused for everybody by our operators until %(until)s: nothing is read or"
        " sent before."
    )
    return Judged("provider_paused", on.words(words, until=until), until=until)


def _browser(on: Scales) -> Judged | None:
    if on.standing.browser:
        return None
    words = _(
        "This server has no browser: nothing is read or sent here until its operators install one."
    )
    return Judged("no_browser", words)


def _rest(on: Scales) -> Judged | None:
    session = on.standing.session
    until = max((one for one in (session.until, on.account.held_until) if one), default=None)
    if until is None or until <= on.now:
        return None
    if session.state == UNKNOWN and until == session.until:
        words = _(
            "%(network)s showed a page that we do not know. To be safe, nothing is read or sent"
            " before %(until)s; our operators have its structure, without a word of anybody."
        )
        return Judged("unknown", on.words(words, until=until), until=until)
    if session.detail in REFUSED and until == session.until:
        words = _(
            "%(network)s refused the browser as a robot's: nothing is read or sent before"
            " %(until)s."
        )
        return Judged("cooldown", on.words(words, until=until), until=until)
    words = _("%(network)s asked for calm: nothing is read or sent before %(until)s.")
    return Judged("cooldown", on.words(words, until=until), until=until)


def _drift(on: Scales) -> Judged | None:
    connecting = on.account.status == Status.CONNECTING
    rests = on.standing.changed & ({VISIT} if connecting else {READ, SEND})
    if not rests:
        return None
    if rests == {READ}:
        words = _(
            "%(network)s changed its pages: reading is paused for everybody until our operators,"
            " who know of it, have looked."
        )
    elif rests == {SEND}:
        words = _(
            "%(network)s changed its pages: sending is paused for everybody until our operators,"
            " who know of it, have looked. What arrives is read."
        )
    else:
        words = _(
            "%(network)s changed its pages: nothing is read or sent for anybody until our"
            " operators, who know of it, have looked."
        )
    return Judged("drift", on.words(words))


def _connecting(on: Scales) -> Judged | None:
    if on.account.status != Status.CONNECTING:
        return None
    again = on.account.check_next_at
    if on.account.check_error and again is not None and again > on.now:
        words = _("A browser could not look yet whether the session works. It tries at %(again)s.")
        return Judged("connecting", on.words(words, again=again), until=again)
    words = _(
        "Being connected: a browser looks whether the session works. That takes a minute or two."
    )
    return Judged("connecting", words)


def _end(on: Scales) -> Judged | None:
    ends = on.standing.session.expires_at
    if ends is None or ends > on.now + ENDS_SOON:
        return None
    words = _("The session ends on %(day)s. Connect again before, and nothing stops.")
    told = on.words(words, day=said(ends, on.account, "DATE_FORMAT"))
    return Judged("ending", told, "reconnect")


def _hours(on: Scales) -> Judged | None:
    opens = on.standing.opens
    if opens == on.now:
        return None
    if opens is None:
        words = _("It has no working hours: nothing is read or sent until you choose some.")
        return Judged("hours", words)
    words = _("Outside your working hours: the next reading is on %(opens)s.")
    return Judged("hours", on.words(words, opens=opens), until=opens)


def _silence(on: Scales) -> Judged | None:
    if not any(one.error_code and one.attempts >= MANY_ATTEMPTS for one in on.around.polls):
        return None
    words = _("We could not read what arrived there, several times in a row. We keep trying.")
    return Judged("silent", words, "check", label=_("Not read"))


KEEPING: tuple[Callable[[Scales], Judged | None], ...] = (_network, _browser, _rest, _drift)
"""What keeps a paused account from being read as well."""
WEIGHTS: tuple[Callable[[Scales], Judged | None], ...] = (
    _by_operators,
    _login,
    _stopped,
    _consent,
    _paused,
    _team,
    _network,
    _browser,
    _rest,
    _drift,
    _connecting,
    _end,
    _hours,
    _silence,
)
