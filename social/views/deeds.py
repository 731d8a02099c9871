"""What owners do on an account's page: one function for each button, which says what it did."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import person
from accounts.views.frame import by_person
from flowia.lib import clock
from flowia.lib.errors import FlowError, InvalidError
from social import accounts as doing
from social import sessions, switching
from social.checking import check_now
from social.judged import said
from social.models import SocialAccount
from social.running import VISIT
from social.truth import truth_of
from social.views.agreeing import read_under

Errors = dict[str, str]


class CouldNotLookError(FlowError):
    """The network did not tell about the account when it was asked."""

    code = "could_not_look"
    detail = gettext_lazy("The network told us nothing just now. We try again by ourselves.")


class NotTickedError(FlowError):
    """An agreement without its tick is none."""

    code = "not_ticked"
    detail = gettext_lazy("Tick the sentence that you agree to first.")


def do(request: HttpRequest, found: SocialAccount) -> Errors:
    """Do what the pressed button says, and tell; returns what is wrong in which of its fields."""
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        return {}
    try:
        messages.success(request, deed(request, found))
    except InvalidError as error:
        return {name: str(sentences[0]) for name, sentences in (error.errors or {}).items()}
    except FlowError as error:
        messages.error(request, str(error.detail))
    return {}


def _pause(request: HttpRequest, found: SocialAccount) -> str:
    doing.set_paused(found, paused=True, by=by_person(request))
    return _("Paused: nothing is answered through it until you resume.")


def _resume(request: HttpRequest, found: SocialAccount) -> str:
    doing.set_paused(found, paused=False, by=by_person(request))
    return _("Resumed: the assistant answers here again.")


def _check(_request: HttpRequest, found: SocialAccount) -> str:
    checked = check_now(found)
    if sessions.has_session(found):
        return _queued(checked)
    if checked.check_error:
        raise CouldNotLookError
    return _("We looked again just now.")


def _queued(found: SocialAccount) -> str:
    now, at = clock.now(), found.check_next_at
    rests = sessions.resting(found, VISIT, now=now) is not None
    if not rests and at is not None and at > now:
        words = _("A browser was there a short while ago. The next one looks at %(moment)s.")
        return words % {"moment": said(at, found)}
    if not rests:
        return _("A browser looks as soon as one is free; that takes a minute or two.")
    # Whatever keeps it is what the account's sentence tells.
    words = _("A browser cannot look right now. %(sentence)s")
    return words % {"sentence": truth_of(found, now=now).sentence}


def _agree(request: HttpRequest, found: SocialAccount) -> str:
    if request.POST.get("agreed") != "1":
        raise NotTickedError
    read = read_under(request)
    doing.agree(
        found,
        user=person(request.user),
        agreed=True,
        by=by_person(request),
        statement=(read.version, read.language),
    )
    return _("Noted: the assistant may answer here without your approval.")


def _withdraw(request: HttpRequest, found: SocialAccount) -> str:
    doing.agree(found, user=person(request.user), agreed=False, by=by_person(request))
    return _("Noted: every answer here waits for your approval again.")


def _stop(request: HttpRequest, found: SocialAccount) -> str:
    switching.stop(found, user=person(request.user), by=by_person(request))
    return _("Stopped: no browser acts for it. One that was at work stops within seconds.")


def _go_on(request: HttpRequest, found: SocialAccount) -> str:
    switching.go_on(found, by=by_person(request))
    return _("Allowed again: a browser goes on within your working hours.")


def _hours(request: HttpRequest, found: SocialAccount) -> str:
    given = request.POST
    switching.set_hours(
        found,
        start=_number(given.get("from", "")),
        end=_number(given.get("until", "")),
        days=[_number(one) for one in given.getlist("days")],
        by=by_person(request),
    )
    return _("Working hours saved.")


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() else -1


DEEDS: dict[str, Callable[[HttpRequest, SocialAccount], str]] = {
    "pause": _pause,
    "resume": _resume,
    "check": _check,
    "agree": _agree,
    "withdraw": _withdraw,
    "stop": _stop,
    "go_on": _go_on,
    "hours": _hours,
}
