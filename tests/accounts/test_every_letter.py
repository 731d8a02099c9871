"""Every kind of letter, in both languages: what each of them has to have."""

import re
from email.message import EmailMessage
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.translation import trans_real

from accounts import mailbox, mailrules
from accounts.letters import Kind
from accounts.models import Letter, User
from accounts.tasks import post_letter
from accounts.wording import FACTS
from integrations.models import Hook
from tests.accounts.mailing import write
from tests.factories import make_member, make_workspace
from tests.integrations.tool import connected

HOUSE = "https://app.exemple.fr"
LANGUAGES = ("fr", "en")
UNWRITTEN = {Kind.RESET_UNKNOWN}
"""Kinds that are never sent to anybody."""
OURS: dict[Kind, dict[str, Any]] = {
    Kind.DRAFT_WAITING: {"contact": "Léa", "drafts": 2},
    Kind.HUMAN_NEEDED: {"contact": "Léa", "reason": "…"},
    Kind.ACCOUNT_STATE: {"account": "Page", "sentence": "…", "action": "…"},
    Kind.PLAN_NEWS: {"title": "…", "sentence": "…", "to_be_paid": True, "meanwhile": "Premium"},
    Kind.QUOTA_WAITING: {"number": 3, "hot": 1, "limit": 10},
}
"""Kinds whose facts need a whole story (told in the tests of their apps): what their templates
are given."""
ADDRESS = re.compile(r"https?://[^\s\"'<>]+")
COLOUR = re.compile(r"(?<!-)color:\s*#")
"""A colour of letters without the background that belongs to it goes out in dark mode."""


@pytest.fixture
def person(settings: Any) -> User:
    settings.PUBLIC_URL = HOUSE
    return make_member(make_workspace("Lumière"), email_verified_at=timezone.now())


@pytest.fixture
def facts(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    member = person.memberships.select_related("workspace").get()
    for kind, given in OURS.items():
        told = {"member": member, "link": f"{HOUSE}/x", "workspace": "Lumière", **given}
        monkeypatch.setitem(FACTS, kind, partial(_told, told))


def _told(told: dict[str, Any], _letter: Letter) -> dict[str, Any]:
    return told


def letter_of(kind: Kind, person: User, language: str) -> Letter:
    workspace = person.workspaces.get()
    if kind == Kind.WEBHOOK_OFF:
        values = {"name": "n8n", "url": "https://e.fr/", "status": "disabled"}
        hook = Hook.objects.create(workspace=workspace, status_reason="gone", **values)
        return mailbox.put(kind, user=person, language=language, about=hook)
    if kind == Kind.TOOL_STATE:
        tool = connected(workspace)
        type(tool).objects.update(status="needs_login", status_reason="unauthorized")
        return mailbox.put(kind, user=person, language=language, about=tool)
    return write(kind, person, language)


def sent(kind: Kind, person: User, language: str) -> tuple[EmailMessage, str, str]:
    """Post it, and return the message as it travels, its text and its HTML."""
    post_letter(letter_of(kind, person, language).pk)
    message: Any = mail.outbox[-1].message()
    text, html = (part.get_payload(decode=True).decode() for part in message.get_payload())
    return message, text, html


def words_of(html: str) -> set[str]:
    """Return every piece of text between tags."""
    pieces = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    return {one.strip() for one in re.split(r"<[^>]+>", pieces) if one.strip()}


@pytest.mark.django_db
@pytest.mark.usefixtures("facts")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [one for one in Kind if one not in UNWRITTEN])
def test_every_letter_can_be_read_answered_and_followed_from_a_phone(
    kind: Kind, language: str, person: User
) -> None:
    message, text, html = sent(kind, person, language)

    assert str(message["Subject"]).strip()
    assert message.get_content_type() == "multipart/alternative"
    assert text.startswith("Bonjour," if language == "fr" else "Hello,")
    assert f'lang="{language}"' in html
    found = ADDRESS.findall(text)
    assert found
    assert all(one.startswith(f"{HOUSE}/") for one in found)
    targets = re.findall(r'href="([^"]+)"', html)
    assert {one.replace("&amp;", "&") for one in targets} == set(found)
    # Nothing is fetched when it is opened, and it keeps to the reader's colours.
    assert not re.search(r"<img|<link|<script|src=|url\(|@import", html)
    assert 'name="color-scheme" content="light dark"' in html
    coloured = [tag for tag in re.findall(r'style="([^"]+)"', html) if COLOUR.search(tag)]
    assert all("background" in style for style in coloured)
    assert ("List-Unsubscribe" in message) == (kind in mailrules.CHOSEN)
    assert "%(" not in text
    assert "{{" not in html


def mark_translations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let whatever asks for words in the reader's language get them between marks."""
    catalogue = trans_real.DjangoTranslation
    monkeypatch.setattr(catalogue, "gettext", lambda _self, words: f"«{words}»")
    monkeypatch.setattr(
        catalogue, "ngettext", lambda _self, one, many, n: f"«{one if n == 1 else many}»"
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("facts")
@pytest.mark.parametrize("kind", [one for one in Kind if one not in UNWRITTEN])
def test_no_word_of_a_letter_is_left_untranslated(
    kind: Kind, person: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = letter_of(kind, person, "fr")
    mark_translations(monkeypatch)
    post_letter(letter.pk)
    message: Any = mail.outbox[-1].message()
    html = message.get_payload()[1].get_payload(decode=True).decode()
    given = {str(value) for value in OURS.get(kind, {}).values()}
    bare = {one for one in words_of(html) if "«" not in one and re.search(r"[^\W\d_]{3}", one)}
    assert bare - given <= {"Flow IA"}
