"""The e-mails a member chooses: the page, the links of letters, and what leaves."""

import re
from datetime import UTC, datetime, time
from time import time as time_module
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import mailbox, notifications
from accounts.letters import Kind
from accounts.models import AuditEntry, Letter, Membership, Workspace
from accounts.tasks import post_letter
from flowia.lib import clock
from integrations.models import Hook
from tests.callers import browser
from tests.factories import make_member, make_workspace

pytestmark = pytest.mark.django_db
PAGE = "/settings/notifications"
STOP = re.compile(r"http://127\.0\.0\.1:8000(/letters/stop/\S+)")


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace("Atelier Lumière")


@pytest.fixture
def owner(workspace: Workspace) -> Membership:
    user = make_member(workspace, email_verified_at=timezone.now())
    return Membership.objects.get(user=user)


def letter_to(member: Membership) -> Letter:
    hook, _new = Hook.objects.get_or_create(
        workspace=member.workspace, name="n8n", url="https://exemple.fr/", status="disabled"
    )
    return mailbox.put(Kind.WEBHOOK_OFF, user=member.user, about=hook, data={"reason": "gone"})


def posted(letter: Letter) -> Letter:
    post_letter(letter.pk)
    letter.refresh_from_db()
    return letter


def stop_of(member: Membership) -> str:
    posted(letter_to(member))
    [path] = STOP.findall(str(mail.outbox[-1].body))
    return str(path)


def test_owners_choose_more_than_teammates(workspace: Workspace, owner: Membership) -> None:
    teammate = make_member(workspace, "member")
    mine = browser(owner.user).get(PAGE).content.decode()
    theirs = browser(teammate).get(PAGE).content.decode()
    for kind in ("human_needed", "draft_waiting"):
        assert f'name="{kind}"' in mine
        assert f'name="{kind}"' in theirs
    for kind in ("quota_waiting", "account_state", "tool_state", "webhook_off", "plan_news"):
        assert f'name="{kind}"' in mine
        assert f'name="{kind}"' not in theirs


def test_a_choice_is_kept_for_this_member_and_workspace_alone(
    workspace: Workspace, owner: Membership
) -> None:
    other = make_workspace("Ailleurs")
    there = Membership.objects.create(workspace=other, user=owner.user, role="owner")
    teammate = Membership.objects.get(user=make_member(workspace))
    form = {"workspace": workspace.uid, "draft_waiting": "on", "quiet_from": "21:00"}
    form["quiet_until"] = "07:00"

    assert browser(owner.user).post(PAGE, form).status_code == 302

    for row in (owner, there, teammate):
        row.refresh_from_db()
    assert set(owner.letters) >= {"human_needed", "plan_news"}
    assert "draft_waiting" not in owner.letters
    assert owner.told_by_mail
    assert (owner.quiet_from, owner.quiet_until) == (time(21), time(7))
    assert (there.letters, teammate.letters, there.quiet_from) == ({}, {}, None)


def test_another_s_workspace_is_not_found(owner: Membership) -> None:
    stranger = make_member(make_workspace("Ailleurs"))
    client = browser(stranger)
    assert client.get(f"{PAGE}?workspace={owner.workspace.uid}").status_code == 404
    assert client.post(PAGE, {"workspace": owner.workspace.uid}).status_code == 404
    owner.refresh_from_db()
    assert owner.letters == {}


def test_quiet_hours_need_both_ends(owner: Membership) -> None:
    answer = browser(owner.user).post(PAGE, {"quiet_from": "21:00"})
    assert answer.status_code == 200
    assert "id_quiet_until" in answer.content.decode()
    owner.refresh_from_db()
    assert owner.letters == {}


def test_what_is_switched_off_is_dropped_when_it_would_leave(owner: Membership) -> None:
    letter = letter_to(owner)
    browser(owner.user).post(PAGE, {"plan_news": "on"})

    assert posted(letter).status == "dropped"
    assert mail.outbox == []


def test_a_letter_waits_for_the_end_of_the_quiet_hours_with_all_its_attempts(
    owner: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    Membership.objects.update(quiet_from=time(21), quiet_until=time(7))
    letter = letter_to(owner)
    night = datetime(2100, 1, 10, 22, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: night)

    assert posted(letter).status == "queued"
    assert letter.next_at == datetime(2100, 1, 11, 6, 0, tzinfo=UTC)
    assert letter.attempts == 0
    assert mail.outbox == []

    monkeypatch.setattr(clock, "now", lambda: letter.next_at)
    assert posted(letter).status == "sent"


def test_a_letter_carries_one_click_headers_and_a_way_to_choose(owner: Membership) -> None:
    path = stop_of(owner)
    [sent] = mail.outbox
    assert sent.extra_headers["List-Unsubscribe"] == f"<http://127.0.0.1:8000{path}>"
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"{PAGE}?workspace={owner.workspace.uid}" in sent.body


def test_what_guards_the_account_has_no_such_header(owner: Membership) -> None:
    posted(mailbox.put(Kind.PASSWORD_CHANGED, user=owner.user))
    [sent] = mail.outbox
    assert "List-Unsubscribe" not in sent.extra_headers
    assert "/letters/stop/" not in sent.body


def test_a_mail_program_stops_a_kind_by_one_post_without_a_cookie(owner: Membership) -> None:
    path = stop_of(owner)
    phone = Client(enforce_csrf_checks=True)
    answer = phone.post(path, {"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    owner.refresh_from_db()
    assert owner.letters == {"webhook_off": "never"}
    assert owner.told_by_mail
    assert posted(letter_to(owner)).status == "dropped"


def test_reading_the_page_stops_nothing_and_a_mistake_is_undone(owner: Membership) -> None:
    path, phone = stop_of(owner), Client(enforce_csrf_checks=True)
    for method in (phone.get, phone.head):
        answer = method(path)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
    owner.refresh_from_db()
    assert owner.letters == {}

    again = phone.post(path).context["again"]
    owner.refresh_from_db()
    assert owner.letters == {"webhook_off": "never"}
    phone.post(path, {"again": again})
    owner.refresh_from_db()
    assert owner.letters == {}


def test_a_link_brings_nothing_back_but_what_it_stopped_just_before(owner: Membership) -> None:
    path, phone = stop_of(owner), Client()
    again = phone.post(path).context["again"]
    assert phone.post(path).context["again"] == ""
    later = time_module() + notifications.TAKEN_BACK_FOR.total_seconds() + 1
    with patch("django.core.signing.time.time", return_value=later):
        for proof in ("", "again", again):
            phone.post(path, {"again": proof})
            owner.refresh_from_db()
            assert owner.letters == {"webhook_off": "never"}


def test_what_a_link_stopped_is_told_to_the_member_and_kept_in_the_activity(
    owner: Membership,
) -> None:
    client, path = browser(owner.user), stop_of(owner)
    assert client.get(PAGE).context["by_link"] == []
    again = Client().post(path).context["again"]
    [(_letter, at)] = client.get(PAGE).context["by_link"]
    entry = AuditEntry.objects.get(action="letters.stopped")
    assert (entry.at, entry.data, entry.target_uid) == (at, {"kind": "webhook_off"}, owner.uid)
    assert entry.actor_kind == "nobody"

    Client().post(path, {"again": again})
    assert client.get(PAGE).context["by_link"] == []
    assert AuditEntry.objects.filter(action="letters.resumed").count() == 1


def test_stopping_one_of_the_three_about_people_leaves_the_others(owner: Membership) -> None:
    notifications.switch(notifications.Stopping(owner, "draft_waiting"), wanted=False)
    assert notifications.wishes_of(owner).never == {"draft_waiting"}


def test_two_who_stop_letters_at_once_lose_no_wish(owner: Membership) -> None:
    early, late = (Membership.objects.get(pk=owner.pk) for _ in range(2))
    notifications.switch(notifications.Stopping(early, "webhook_off"), wanted=False)
    notifications.switch(notifications.Stopping(late, "plan_news"), wanted=False)
    assert notifications.wishes_of(Membership.objects.get()).never == {"webhook_off", "plan_news"}


def test_saving_what_people_change_of_themselves_changes_no_wish_about_letters(
    owner: Membership,
) -> None:
    client = browser(owner.user)
    client.post(PAGE, {"quota_waiting": "on"})
    owner.refresh_from_db()
    wishes = notifications.wishes_of(owner)
    assert "human_needed" in wishes.never

    for form in ({"do": "mail", str(owner.uid): "on"}, {"name": "Camille", "language": "fr"}):
        client.post("/settings", form)
        owner.refresh_from_db()
        assert notifications.wishes_of(owner) == wishes


@pytest.mark.parametrize("kind", ["webhook_off", "quota_waiting"])
def test_who_is_no_owner_any_more_stops_an_owner_s_letter_all_the_same(
    owner: Membership, kind: str
) -> None:
    Membership.objects.update(role="member")
    notifications.switch(notifications.Stopping(owner, kind), wanted=False)
    assert notifications.wishes_of(Membership.objects.get()).never == {kind}


@pytest.mark.parametrize("change", ["cut", "gone", "left", "moved"])
def test_a_link_that_means_nobody_changes_nothing(owner: Membership, change: str) -> None:
    path = stop_of(owner)
    if change == "cut":
        path = path[:-1]
    elif change == "gone":
        owner.user.is_active = False
        owner.user.save()
    elif change == "moved":
        owner.user.email = "autre@exemple.fr"
        owner.user.save()
    else:
        owner.delete()
    answer = Client().post(path)
    assert answer.status_code == 400
    assert not Membership.objects.exclude(letters={}).exists()


@pytest.mark.parametrize("wanted", [True, False])
def test_the_old_switch_brings_all_letters_about_people_back(
    owner: Membership, wanted: bool
) -> None:
    browser(owner.user).post(PAGE, {"workspace": owner.workspace.uid, "plan_news": "on"})
    owner.refresh_from_db()
    assert not owner.told_by_mail

    notifications.tell_by_mail(owner, wanted=wanted)

    owner.refresh_from_db()
    shown: Any = browser(owner.user).get(PAGE).context["form"]
    assert shown["human_needed"].initial is wanted
    assert shown["webhook_off"].initial is False
