"""Every page keeps the strict content policy: nothing inline, nothing from elsewhere."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User, Workspace
from processing.models import Conversation
from tests.callers import browser
from tests.factories import (
    make_conversation,
    make_decision,
    make_lead,
    make_member,
    make_message,
    make_reply,
    make_workspace,
)

pytestmark = pytest.mark.django_db

PAGES = [
    "/login",
    "/rien",
    "/docs/",
    "/inbox",
    "/inbox/{conversation}",
    "/admin/",
    "/admin/processing/conversation/{pk}/trace/",
    "/admin/processing/message/",
]
INLINE = re.compile(
    r"<style|<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")|\sstyle=|\son[a-z]+=\"|javascript:",
    re.IGNORECASE,
)


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def conversation(workspace: Workspace) -> Conversation:
    conversation = make_conversation(workspace, handoff_reason="no_text")
    question = make_message(conversation, outcome="reply", reason="replied")
    make_decision(question)
    make_reply(question)
    make_lead(conversation.contact)
    return conversation


@pytest.fixture
def user(workspace: Workspace) -> User:
    return make_member(workspace, is_staff=True, is_superuser=True)


def visit(client: Client, address: str, conversation: Conversation) -> Any:
    return client.get(address.format(conversation=conversation.uid, pk=conversation.pk))


@pytest.mark.parametrize("address", PAGES)
def test_a_page_sends_the_policy_and_holds_nothing_inline(
    address: str, conversation: Conversation, user: User
) -> None:
    client = browser() if address == "/login" else browser(user)
    answer = visit(client, address, conversation)
    policy = answer["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not INLINE.findall(answer.content.decode())


@pytest.mark.parametrize("address", PAGES)
def test_a_page_loads_nothing_from_elsewhere(
    address: str, conversation: Conversation, user: User
) -> None:
    client = browser() if address == "/login" else browser(user)
    page = visit(client, address, conversation).content.decode()
    assert not re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"(?:https?:)?//", page)


@pytest.mark.parametrize("address", PAGES[:5])
def test_our_pages_have_a_language_a_title_and_a_way_past_the_header(
    address: str, conversation: Conversation, user: User
) -> None:
    client = browser() if address == "/login" else browser(user)
    page = visit(client, address, conversation).content.decode()
    assert re.search(r'<html lang="(fr|en)">', page)
    assert re.search(r"<title>[^<]+</title>", page)
    assert address == "/docs/" or 'href="#main"' in page
