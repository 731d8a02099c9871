"""Who connects, and what the rows say afterwards."""

import pytest

from accounts.models import User, Workspace
from social.models import SocialAccount
from social.sessioning import Statement
from tests.factories import make_member, make_workspace

ANNA = {"id": "ACoANNA", "name": "Anna Autre"}


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace(timezone="Europe/Paris")


@pytest.fixture
def marie(workspace: Workspace) -> User:
    return make_member(workspace)


def fresh(account: SocialAccount) -> SocialAccount:
    return SocialAccount.objects.get(pk=account.pk)


def changed_statement(_provider: str, kind: str) -> Statement:
    """The text as it stands after a change."""
    return Statement(kind, "2099-01-01", ("Autre chose.",))
