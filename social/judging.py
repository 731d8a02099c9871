"""One account, one state, one sentence: the first that fits, the gravest first."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from social.judged import ENDS_SOON, Impossible, Judged, said, with_approval
from social.models import SocialAccount
from social.stopped import stopped_by_operators
from social.subscribing import lost_fields
from social.surroundings import Surroundings
from social.ways import way_behind
from social.weighing import weigh
from social.words import trouble_in_words

SILENT_FOR = timedelta(days=1)
"""Messages that no webhook announced count once none has come for so long."""
UNREAD_FOR = timedelta(hours=6)
"""A stream that could not be read for so long is worth a word."""
GRANT_ENDS = "data_access_expires_at"
"""The fact that says until when a person's consent holds, where tokens themselves do not end."""
CAN_BE_ASKED_FOR = ("scope", "missing_scope")
Status = SocialAccount.Status


def judge(
    account: SocialAccount, around: Surroundings, impossible: Impossible, *, now: datetime
) -> Judged:
    """Return what is to be told of `account` at `now`, in the active language."""
    if around.standing is not None:
        return weigh(account, around.standing, around, impossible, now=now)
    judges = (_by_status, _by_operators, _by_pause, _by_hold, _by_end, _by_limits, _by_silence)
    for one in judges:
        found = one(account, around, impossible, now)
        if found is not None:
            return found
    return _working(impossible)


def _by_status(
    account: SocialAccount, _around: Surroundings, _cannot: Impossible, _now: datetime
) -> Judged | None:
    if account.status == Status.DISCONNECTED:
        words = _("It is disconnected. Its conversations stay; nothing arrives or leaves any more.")
        return Judged("disconnected", words, "reconnect")
    if account.status == Status.NEEDS_LOGIN:
        words = _("%(trouble)s Nothing leaves until you connect it again; what arrives is kept.")
        trouble = trouble_in_words(account.status_reason)
        return Judged("needs_login", words % {"trouble": trouble}, "reconnect")
    if account.status == Status.PAUSED:
        words = _("You paused it: nothing is answered through it. What arrives is kept.")
        return Judged("paused", words, "resume")
    return None


def _by_operators(
    account: SocialAccount, around: Surroundings, _cannot: Impossible, _now: datetime
) -> Judged | None:
    return stopped_by_operators(account, around)


def _by_pause(
    account: SocialAccount, around: Surroundings, _cannot: Impossible, _now: datetime
) -> Judged | None:
    if not around.paused:
        return None
    until = around.paused_until
    if until is None:
        words = _("The network has trouble: answers wait until it works again. Nothing is lost.")
        return Judged("provider_paused", words)
    words = _("The network has trouble: answers wait until %(until)s. Nothing is lost.")
    return Judged("provider_paused", words % {"until": said(until, account)}, until=until)


def _by_hold(
    account: SocialAccount, around: Surroundings, _cannot: Impossible, now: datetime
) -> Judged | None:
    ends, retry = account.token_expires_at, account.refresh_next_at
    if ends is not None and ends <= now and account.refresh_attempts and retry:
        words = _("The network does not renew our access right now. We ask again at %(until)s.")
        return Judged("held", words % {"until": said(retry, account)}, until=retry)
    untils = [one for one in (account.held_until, around.breaker_until) if one and one > now]
    if not untils:
        return None
    words = _("The network asked us to slow down: answers wait until %(until)s. Nothing is lost.")
    return Judged("held", words % {"until": said(max(untils), account)}, until=max(untils))


def _by_end(
    account: SocialAccount, _around: Surroundings, _cannot: Impossible, now: datetime
) -> Judged | None:
    behind = way_behind(account)
    renewed = behind is not None and behind.login.refresh is not None
    told = _moment(account.facts.get(GRANT_ENDS))
    known = (account.refresh_expires_at if renewed else account.token_expires_at, told)
    ends = min((one for one in known if one is not None), default=None)
    if ends is None or ends > now + ENDS_SOON:
        return None
    words = _("The network ends our access on %(day)s. Connect again before, and nothing stops.")
    return Judged("ending", words % {"day": said(ends, account, "DATE_FORMAT")}, "reconnect")


def _by_limits(
    account: SocialAccount, _around: Surroundings, cannot: Impossible, _now: datetime
) -> Judged | None:
    declined = [one.label for one in cannot if one.code.partition(":")[0] in CAN_BE_ASKED_FOR]
    if declined:
        words = _("It works, except for this, for which the permission was not given: %(what)s.")
        return Judged("limited", words % {"what": ", ".join(declined)}, "ask_again")
    behind = way_behind(account)
    if behind is None:
        words = _("We cannot look whether it still works, since it was not connected by a sign-in.")
        return Judged("limited", words, "reconnect")
    announced = behind.login.subscribe is not None
    if announced and (lost_fields(account) or not account.webhook_fields):
        words = _("The network does not announce everything that arrives here. We ask it again.")
        return Judged("limited", words, "check")
    return None


def _by_silence(
    account: SocialAccount, around: Surroundings, _cannot: Impossible, now: datetime
) -> Judged | None:
    heard, missed = account.last_webhook_at, account.unannounced_at
    # A webhook since the last miss says that they come again.
    quiet = heard is None or (heard < now - SILENT_FOR and missed is not None and heard < missed)
    if account.unannounced and quiet:
        words = ngettext(
            "We found %(count)s message that the network did not announce."
            " Answers may come later than they should.",
            "We found %(count)s messages that the network did not announce."
            " Answers may come later than they should.",
            account.unannounced,
        )
        return Judged("silent", words % {"count": account.unannounced}, "check")
    unread = [one for one in around.polls
              if one.error_code and (one.last_at or one.created_at) < now - UNREAD_FOR]  # fmt: skip
    if unread:
        words = _("For some hours we could not read what arrived here. We keep trying.")
        return Judged("silent", words, "check", label=_("Not read"))
    return None


def _working(cannot: Impossible) -> Judged:
    """Return that it works, and for what alone where the network opens no more."""
    closed = [one.label for one in cannot if one.name not in {"automation", "direct"}]
    if any(one.name == "direct" for one in cannot):
        words = _("It works, for comments only: the network opens no direct messages here.")
    elif closed:
        words = _("It works, except for this, which the network does not open to it: %(what)s.")
        words %= {"what": ", ".join(closed)}
    else:
        words = _("Everything works: what arrives is seen; your scenarios say what is answered.")
    return Judged("working", with_approval(words, cannot))


def _moment(told: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(told))
    except ValueError:
        return None
    return found if found.tzinfo else None
