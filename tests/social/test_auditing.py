"""An operator looks whether the pages are as we know them; nothing is kept of what people wrote."""

from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from flowia.lib import clock
from social import consents, drifts
from social.contracts import Credentials
from social.errors import ProviderError
from social.models import BrowserSession, Drift, ProviderPause, SelectorUse, WebhookEvent
from social.providers.registry import PROVIDERS
from social.running import Report
from social.sessioning import Owner
from social.streams import Cursor, Page
from tests.factories import make_account, make_member, make_workspace

pytestmark = pytest.mark.django_db
PROVIDER = "linkedin"
GOOD = Report(state="ok", capability="visit", ranks={"nav": 0}, milliseconds=900)
INBOX = Report(state="ok", capability="read", ranks={"list": 1, "row": -1})
LOST = Report(state="drift", capability="read", missing="list", ranks={"list": -1})
WALL = Report(state="checkpoint", capability="visit", detail="checkpoint")


def looks(monkeypatch: pytest.MonkeyPatch, *reports: Report) -> None:
    """The browser's runs end like this, one after the other; a bad one raises its state."""
    left = list(reports)

    def run(credentials: Credentials) -> None:
        report = left.pop(0)
        assert credentials.run is not None
        assert credentials.run.keep_going()
        credentials.run.note(report)
        if report.state != "ok":
            raise ProviderError(report.state)

    def visit(credentials: Credentials) -> Owner:
        run(credentials)
        return Owner("ACo1", "Zoé")

    def read(credentials: Credentials, _cursor: Cursor) -> Page:
        run(credentials)
        return Page(({"text": "un secret"},), {})

    real = PROVIDERS[PROVIDER]
    assert real.session is not None
    streams = tuple(replace(one, read=read) for one in real.streams)
    acting = replace(real, session=replace(real.session, visit=visit), streams=streams)
    monkeypatch.setitem(PROVIDERS, PROVIDER, acting)


@pytest.fixture
def session() -> BrowserSession:
    workspace = make_workspace()
    user = make_member(workspace)
    account = make_account(workspace, provider=PROVIDER, kind="linkedin")
    account.seal({"access_token": "x"})
    account.save()
    row = BrowserSession(workspace=workspace, social_account=account)
    row.close("{}")
    row.save()
    statement = consents.statement_of(PROVIDER, "session")
    assert statement is not None
    consents.give(
        account, "session", user=user, version=statement.version, language="fr", address="",
        now=clock.now(),
    )  # fmt: skip
    return row


def told(uid: object) -> tuple[int, str]:
    """The command's exit code, and all that it printed."""
    out, code, words = StringIO(), 0, ""
    try:
        call_command("audit_selectors", str(uid), stdout=out)
    except CommandError as error:
        code, words = error.returncode, str(error)
    return code, out.getvalue() + words


@pytest.mark.parametrize(
    ("reports", "code", "words"),
    [
        ((GOOD, INBOX), 0, ("nav: by selector 0", "list: by selector 1", "row: by none")),
        ((GOOD, LOST), 1, ("read: drift list", "not as we know them")),
        ((replace(GOOD, state="unknown", detail="no_navigation"),), 1, ("no_navigation",)),
        ((WALL,), 2, ("visit: checkpoint", "could not be looked: checkpoint")),
    ],
)
def test_the_command_tells_by_which_selector_each_element_was_found(
    reports: tuple[Report, ...],
    code: int,
    words: tuple[str, ...],
    session: BrowserSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks(monkeypatch, *reports)
    found, page = told(session.social_account.uid)
    assert found == code
    assert [one for one in words if one not in page] == []


def test_it_counts_ranks_and_keeps_no_word_and_gives_the_turn_back(
    session: BrowserSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks(monkeypatch, GOOD, INBOX)
    told(session.social_account.uid)
    assert set(SelectorUse.objects.values_list("name", "rank")) == {
        ("nav", 0), ("list", 1), ("row", -1),
    }  # fmt: skip
    assert not WebhookEvent.objects.exists()
    session.refresh_from_db()
    assert (session.busy_until, session.state) == (None, "ok")


def test_a_drift_is_noted_and_an_open_one_does_not_keep_from_looking(
    session: BrowserSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks(monkeypatch, GOOD, LOST, GOOD, INBOX)
    assert told(session.social_account.uid)[0] == 1
    assert drifts.is_stopped(PROVIDER, "read")
    assert told(session.social_account.uid)[0] == 0
    assert Drift.objects.get().lifted_at is None


def paused(_session: BrowserSession) -> None:
    ProviderPause.objects.create(provider=PROVIDER)


def stopped(session: BrowserSession) -> None:
    BrowserSession.objects.filter(pk=session.pk).update(stopped_at=clock.now())


def withdrawn(session: BrowserSession) -> None:
    consents.withdraw(session.social_account, "session", now=clock.now())


@pytest.mark.parametrize(
    ("change", "why"),
    [(paused, "provider_paused"), (stopped, "stopped"), (withdrawn, "consent")],
)
def test_it_obeys_what_stops_a_browser(
    change: Callable[[BrowserSession], None],
    why: str,
    session: BrowserSession,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks(monkeypatch)
    change(session)
    assert told(session.social_account.uid) == (2, f"It could not be looked: {why}")


def test_accounts_that_no_browser_acts_for_are_refused() -> None:
    other = make_account(make_workspace())
    assert told(other.uid) == (2, "No browser acts for this account.")
    assert told(uuid4())[0] == 2
