"""Operators watch members' sessions, stop them, and lift what changed pages had stopped."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts import audit
from accounts.models import AuditEntry, User
from flowia.lib import clock
from flowia.lib.admin import ReadOnlyRows
from social import drifts, ranks, switching
from social.models import (
    Breaker,
    BrowserSession,
    Consent,
    Drift,
    ProviderPause,
    SelectorUse,
    SentDay,
    SocialAccount,
)
from tests.admin.pages import operator, page_of, told
from tests.callers import queries_of
from tests.factories import make_account, make_member, make_workspace

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SESSIONS = "admin:social_browsersession_changelist"
SECRET = "AQED-very-secret"
MARKUP = "<main><script>alert(1)</script></main>"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def client() -> Client:
    return operator()[0]


@pytest.fixture
def account() -> SocialAccount:
    return make_account(make_workspace("Atelier"))


@pytest.fixture
def session(account: SocialAccount) -> BrowserSession:
    return make_session(account)


def make_session(account: SocialAccount, **fields: Any) -> BrowserSession:
    row = BrowserSession(workspace=account.workspace, social_account=account, **fields)
    row.close(SECRET)
    row.save()
    return row


def make_drift(**fields: Any) -> Drift:
    values = {"provider": "meta", "capability": "send", "missing": "composer", "found_at": NOW}
    return Drift.objects.create(**{**values, **fields})


def act(client: Client, page: str, action: str, *rows: Any) -> str:
    form = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(page), form, follow=True).content.decode()


def shown(client: Client, page: str, **query: str) -> str:
    return client.get(reverse(page), query).content.decode()


@pytest.mark.parametrize("model", [BrowserSession, SentDay, Consent, Drift, SelectorUse])
def test_what_browsers_do_is_only_looked_at(model: Any, client: Client) -> None:
    assert isinstance(admin.site._registry[model], ReadOnlyRows)
    name = model._meta.label_lower.replace(".", "_")
    assert client.get(reverse(f"admin:{name}_add")).status_code == 403


def test_nothing_of_the_sealed_session_is_shown(client: Client, session: BrowserSession) -> None:
    pages = shown(client, SESSIONS) + client.get(page_of(session)).content.decode()
    assert "****" in pages
    assert SECRET not in pages
    assert session.sealed not in pages


@pytest.mark.parametrize(
    ("state", "fields", "words"),
    [
        ("ok", {"busy_until": NOW + timedelta(seconds=9), "run_for": "send"}, '"field-busy">send<'),
        ("ok", {"busy_until": NOW - timedelta(seconds=9), "run_for": "send"}, '"field-busy">—<'),
        ("cooldown", {"until": NOW + timedelta(hours=8)}, "11/24/2026 6 p.m."),
        ("ok", {"works_from": 8, "works_until": 12, "works_days": [0, 5]}, "8-12 Mon Sat"),
    ],
)
def test_the_list_tells_what_a_session_does(
    state: str, fields: dict[str, Any], words: str, client: Client, account: SocialAccount
) -> None:
    make_session(account, state=state, **fields)
    assert words in shown(client, SESSIONS)


@pytest.mark.parametrize(
    ("day", "words"), [(date(2026, 11, 24), "3 / 7"), (date(2026, 11, 23), '"field-today">0<')]
)
def test_the_list_tells_what_left_today(
    day: date, words: str, client: Client, session: BrowserSession, account: SocialAccount
) -> None:
    SentDay.objects.create(
        workspace=account.workspace, social_account=account, day=day, sent=3, most=7
    )
    assert words in shown(client, SESSIONS)


def test_the_list_costs_the_same_however_many_sessions(client: Client) -> None:
    counts = []
    for number in (1, 1, 4):
        for _ in range(number):
            make_session(make_account(make_workspace()))
        counts.append(queries_of(client, reverse(SESSIONS)))
    assert counts[1] == counts[2]


def test_operators_stop_a_browser_and_allow_it_again(
    client: Client, session: BrowserSession, account: SocialAccount
) -> None:
    page = act(client, SESSIONS, "stop", session)
    session.refresh_from_db()
    assert (session.stopped_at, "1 browser was stopped." in page) == (NOW, True)

    act(client, SESSIONS, "go_on", session)
    session.refresh_from_db()
    assert (session.stopped_at, session.stopped_by) == (None, None)
    assert told(account.workspace) == [
        ("account.stopped", "socialaccount", []),
        ("account.goes_on", "socialaccount", []),
    ]
    assert set(AuditEntry.objects.values_list("actor_kind", flat=True)) == {"operator"}


def test_what_a_member_stopped_is_not_undone_by_operators(
    client: Client, session: BrowserSession, account: SocialAccount
) -> None:
    member = make_member(account.workspace)
    switching.stop(account, user=member, by=audit.by(member))
    assert "1 was left alone" in act(client, SESSIONS, "go_on", session)
    assert BrowserSession.objects.get().stopped_by == member.uid


@pytest.mark.parametrize("first", [True, False])
def test_what_operators_stopped_is_not_undone_by_a_member(
    first: bool, client: Client, session: BrowserSession, account: SocialAccount
) -> None:
    member = make_member(account.workspace)
    if first:
        switching.stop(account, user=member, by=audit.by(member))
    act(client, SESSIONS, "stop", session)
    with pytest.raises(switching.StoppedByUsError):
        switching.go_on(account, by=audit.by(member))
    assert BrowserSession.objects.get().stopped_at == NOW


def test_who_may_only_look_stops_nothing(session: BrowserSession) -> None:
    client, _me = operator("view_browsersession")
    act(client, SESSIONS, "stop", session)
    assert "network-switch" not in shown(client, SESSIONS)
    assert client.post(reverse("admin:network-switch"), {"provider": "meta"}).status_code == 403
    assert BrowserSession.objects.get().stopped_at is None
    assert not ProviderPause.objects.exists()


def test_one_button_stops_a_whole_network_and_one_lets_it_go_on(client: Client) -> None:
    address = reverse("admin:network-switch")
    ProviderPause.objects.create(provider="meta", until=NOW + timedelta(minutes=5), reason="storm")
    form = {"provider": "meta", "reason": "drift of today", "back": "sessions"}
    assert client.post(address, form)["Location"] == reverse(SESSIONS)
    pause = ProviderPause.objects.get()
    assert (pause.until, pause.reason) == (None, "drift of today")

    page = client.post(address, {"provider": "meta", "go_on": "1"}, follow=True).content.decode()
    assert "Everything on Meta goes on." in page
    assert not ProviderPause.objects.exists()
    assert told() == [
        ("operator.stopped", "providerpause", []),
        ("operator.lifted", "providerpause", []),
    ]
    data = [one.data for one in AuditEntry.objects.order_by("number")]
    what = {"what": "network:meta"}
    assert data == [{**what, "until": None, "reason": "drift of today"}, what]


@pytest.mark.parametrize(("name", "status"), [("nobody", 404), ("", 404)])
def test_a_network_that_is_not_there_cannot_be_stopped(
    name: str, status: int, client: Client
) -> None:
    assert client.post(reverse("admin:network-switch"), {"provider": name}).status_code == status
    assert client.get(reverse("admin:network-switch")).status_code == 405
    assert not ProviderPause.objects.exists()


def test_the_table_of_paused_networks_has_no_form_beside_its_buttons(client: Client) -> None:
    address, form = reverse("admin:social_providerpause_add"), {"provider": "meta", "reason": "x"}
    assert client.post(address, form).status_code == 403
    assert not ProviderPause.objects.exists()
    row = ProviderPause.objects.create(provider="meta", reason="storm")
    for page in ("change", "delete"):
        assert client.post(page_of(row, page), {**form, "post": "yes"}).status_code == 403
    assert ProviderPause.objects.get().reason == "storm"
    assert client.get(page_of(row)).status_code == 200


def test_what_waited_leaves_slowly_when_the_button_lets_a_network_go_on(client: Client) -> None:
    address = reverse("admin:network-switch")
    client.post(address, {"provider": "meta", "reason": "storm"})
    client.post(address, {"provider": "meta", "go_on": "1"})
    assert Breaker.objects.get().name == "provider:meta"


def test_open_drifts_come_first(client: Client) -> None:
    old = make_drift(missing="older")
    make_drift(missing="lifted", capability="read", lifted_at=NOW)
    page = shown(client, "admin:social_drift_changelist")
    assert page.index("older") < page.index("lifted</td>")
    assert "lifted</td>" not in shown(client, "admin:social_drift_changelist", has_error="yes")
    assert drifts.is_stopped("meta", old.capability)


def test_a_snapshot_is_shown_as_text(client: Client) -> None:
    page = client.get(page_of(make_drift(snapshot=MARKUP))).content.decode()
    assert "&lt;main&gt;&lt;script&gt;" in page
    assert MARKUP not in page


def test_a_lifted_drift_lets_go_on_what_rested_and_is_told(client: Client) -> None:
    drift = make_drift()
    page = act(client, "admin:social_drift_changelist", "lift", drift)
    assert "1 changed page was lifted" in page
    assert not drifts.is_stopped("meta", "send")
    drift.refresh_from_db()
    assert drift.lifted_by == str(User.objects.get().uid)
    assert User.objects.get().email in client.get(page_of(drift)).content.decode()
    act(client, "admin:social_drift_changelist", "lift", drift)
    assert told() == [("operator.lifted", "drift", [])]


def test_elements_are_counted_by_how_they_were_found(client: Client) -> None:
    today = NOW.date()
    for name, rank, day, times in (
        ("row", 0, today, 40),
        ("composer", 0, today, 9),
        ("composer", 2, today, 3),
        ("composer", -1, today - timedelta(days=3), 1),
        ("composer", -1, today - timedelta(days=60), 5),
    ):
        SelectorUse.objects.create(provider="meta", name=name, rank=rank, day=day, times=times)
    worst, good = ranks.elements(today - timedelta(days=14))
    assert worst == ranks.Element("meta", "composer", first=9, fallback=3, none=1, lowest=2)
    assert (good.name, good.looked_for) == ("row", 40)
    page = shown(client, "admin:social_selectoruse_changelist", found_by="fallback")
    assert page.count('class="field-rank"') == 1
    assert "How elements were found in the last 14 days" in page


def test_a_consent_shows_its_proof(client: Client, account: SocialAccount) -> None:
    who = uuid4()
    row = Consent.objects.create(
        workspace=account.workspace, social_account=account, provider="meta", kind="session",
        version="2026-11-22", language="fr", digest="ab" * 32, user_uid=who,
        address="203.0.113.7", given_at=NOW,
    )  # fmt: skip
    page = client.get(page_of(row)).content.decode()
    for words in ("2026-11-22", "ab" * 32, str(who), "203.0.113.7"):
        assert words in page
