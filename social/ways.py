"""The ways to connect accounts: every login of every network, found by name."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from flowia.lib.errors import FlowError, NotFoundError
from social.logins import Login, Scope
from social.models import SocialAccount
from social.providers.base import Provider
from social.providers.registry import PROVIDERS


class NotSetUpError(FlowError):
    """The operators gave no app id for this login."""

    code = "login_not_set_up"
    status = 404
    detail = _("This network cannot be connected here yet: the server has no key to it.")


@dataclass(frozen=True)
class Way:
    """One way to connect accounts: a network and one of its logins."""

    provider: Provider
    login: Login

    @property
    def label(self) -> str:
        """What a button says, in the active language."""
        return str(self.login.label)

    def missing(self, granted: tuple[str, ...]) -> list[Scope]:
        """Return the scopes that were asked for and not granted."""
        return [scope for scope in self.login.scopes if scope.name not in granted]


def ways() -> list[Way]:
    """Return every way that is set up on this server, in the order of the registry."""
    return [
        Way(provider, login)
        for provider in PROVIDERS.values()
        for login in provider.logins
        if login.is_set_up()
    ]


def way_named(provider: str, login: str) -> Way:
    """Return the login with exactly these names, set up or not; raises NotFoundError."""
    found = PROVIDERS.get(provider)
    named = next((one for one in (found.logins if found else ()) if one.name == login), None)
    if found is None or named is None:
        raise NotFoundError
    return Way(found, named)


def way_of(provider: str, login: str = "") -> Way:
    """Return the login called `login` of `provider`; without a name, its first.

    Raises NotFoundError when there is none, NotSetUpError when the server lacks its key.
    """
    found = PROVIDERS.get(provider)
    logins = [one for one in (found.logins if found else ()) if login in {"", one.name}]
    if found is None or not logins:
        raise NotFoundError
    ready = [one for one in logins if one.is_set_up()]
    if not ready:
        raise NotSetUpError
    return Way(found, ready[0])


def way_behind(account: SocialAccount) -> Way | None:
    """Return the way an account was connected by; None for one that was entered by hand."""
    try:
        return way_named(account.provider, account.login)
    except NotFoundError:
        return None


def way_back(account: SocialAccount) -> Way | None:
    """Return the way by which `account` can be connected again; None when there is none."""
    behind = way_behind(account)
    if behind is not None and behind.login.is_set_up():
        return behind
    fits = (w for w in ways() if w.provider.name == account.provider)
    return next((w for w in fits if account.kind in w.login.kinds), None)
