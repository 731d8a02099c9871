"""What an owner changes of an account by HTTP: each named field is one deed."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from accounts.access import person
from accounts.api.workspace import by_caller
from flowia.lib.errors import ConflictError, InvalidError
from social import accounts as doing
from social import consents, switching
from social.models import BrowserSession, SocialAccount


class NoSessionError(ConflictError):
    """No browser acts for the account with a session of its owner's."""

    code = "no_session"
    detail = _("No browser acts for this account: there is nothing to stop, and no hours to keep.")


def change(account: SocialAccount, wanted: Mapping[str, Any], request: Request) -> None:
    """Do what `wanted` names; raises FlowError where the account's state does not allow it.

    What is refused is refused as a whole: each deed is a transaction of its own, so all of them
    are judged first.
    """
    by = by_caller(request)
    _check(account, wanted)
    if "automation_agreed" in wanted:
        _automate(account, wanted, request)
    if "paused" in wanted:
        doing.set_paused(account, paused=wanted["paused"], by=by)
    if wanted.get("stopped"):
        switching.stop(account, user=person(request.user), by=by)
    elif "stopped" in wanted:
        switching.go_on(account, by=by)
    if "hours" in wanted:
        hours = wanted["hours"]
        start, end, days = hours["from"], hours["until"], hours["days"]
        switching.set_hours(account, start=start, end=end, days=days, by=by)


def _check(account: SocialAccount, wanted: Mapping[str, Any]) -> None:
    """Judge all that `_automate`, which comes first, does not judge itself."""
    if "paused" in wanted:
        doing.check_pausing(account)
    if not {"stopped", "hours"} & set(wanted):
        return
    if account.status == SocialAccount.Status.DISCONNECTED:
        raise doing.DisconnectedError
    session = BrowserSession.objects.filter(social_account=account).first()
    if session is None:
        raise NoSessionError
    if wanted.get("stopped") is False and session.stopped_by_operators:
        raise switching.StoppedByUsError
    if "hours" in wanted:
        hours = wanted["hours"]
        switching.check_hours(hours["from"], hours["until"], hours["days"])


def _automate(account: SocialAccount, wanted: Mapping[str, Any], request: Request) -> None:
    agreed, version = wanted["automation_agreed"], wanted.get("consent_version", "")
    statement = consents.statement_of(account.provider, consents.AUTOMATION)
    if agreed and statement is not None and not version:
        sentence = _("Name the version of the text that you read.")
        raise InvalidError(errors={"consent_version": [sentence]})
    doing.agree(
        account,
        user=person(request.user),
        agreed=agreed,
        by=by_caller(request),
        statement=(version, wanted.get("consent_language") or get_language() or ""),
    )
