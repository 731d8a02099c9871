"""The audit log for owners: sentences, filters, pages, the table."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.utils import translation

from accounts import audit
from accounts.activity import FIELDS, KINDS, SENTENCES, lines_of
from accounts.models import AuditEntry, User, Workspace
from accounts.views import activity
from accounts.workspaces import CHANGEABLE
from flowia.embedded import BASE_DIR
from tests.callers import browser
from tests.factories import make_member, make_workspace

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/activity"
APPS = ("accounts", "social", "processing", "billing", "integrations", "flowia")
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")
NO_ACTIONS: set[str] = {"google.sign_in", "google.connect"}
"""What looks like one: the purposes of authorisations."""
ARGPARSE = {"append", "store_true"}
"""What commands call an action."""


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def owner(workspace: Workspace) -> User:
    return make_member(workspace, name="Camille")


def note(action: str, workspace: Workspace, user: User, **more: Any) -> AuditEntry:
    return audit.record(action, by=audit.by(user, "203.0.113.7"), workspace=workspace, **more)


@cache
def sources() -> list[list[ast.AST]]:
    """The nodes of each file of the product's own source."""
    paths = [path for app in APPS for path in (BASE_DIR / app).rglob("*.py")]
    return [list(ast.walk(ast.parse(path.read_text()))) for path in paths]


def names_of_actions() -> set[str]:
    """Every text in the source that looks like an action: `kind.what`, of a kind that we have.

    A serializer's `source="scenario.name"` looks like one too and is a path of attributes.
    """
    texts: set[str] = set()
    for nodes in sources():
        paths = {
            id(one.value) for one in nodes if isinstance(one, ast.keyword) and one.arg == "source"
        }
        texts |= {
            node.value
            for node in nodes
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in paths
        }
    return {one for one in texts if ACTION.fullmatch(one) and one.partition(".")[0] in KINDS}


def given_to_the_log() -> Iterator[ast.expr]:
    """What the source gives as an action: the first argument of `record`, or `action=`."""
    for nodes in sources():
        for node in nodes:
            if isinstance(node, ast.Call):
                yield from (one.value for one in node.keywords if one.arg == "action")
                called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if called in {"record", "record_for_person"}:
                    yield from node.args[:1]


def test_every_action_that_is_recorded_has_its_sentence_and_kind() -> None:
    given = list(given_to_the_log())
    literal = {str(one.value) for one in given if isinstance(one, ast.Constant)} - ARGPARSE

    assert {"member.invited", "sign_in.began", "password.reset", "account.deletion"} <= (
        literal | names_of_actions()
    )
    assert literal - set(SENTENCES) == set()
    assert names_of_actions() - set(SENTENCES) - NO_ACTIONS == set()
    assert {action.partition(".")[0] for action in SENTENCES} == set(KINDS)


def test_no_action_is_composed_so_that_each_can_be_found() -> None:
    composed = (ast.JoinedStr, ast.BinOp, ast.Call)
    assert [ast.unparse(one) for one in given_to_the_log() if isinstance(one, composed)] == []


def test_no_action_is_composed_before_it_is_given() -> None:
    starts = {f"{kind}." for kind in KINDS}
    texts = [
        ast.unparse(node)
        for nodes in sources()
        for node in nodes
        if isinstance(node, ast.JoinedStr)
        and isinstance(node.values[0], ast.Constant)
        and str(node.values[0].value) in starts
    ]
    assert texts == []


@pytest.mark.parametrize("action", SENTENCES)
def test_every_sentence_exists_in_both_languages(
    action: str, workspace: Workspace, owner: User
) -> None:
    entry = note(action, workspace, owner)
    words = set()
    for language in ("fr", "en"):
        with translation.override(language):
            words |= {line.words for line in lines_of([entry])}

    assert len(words) == 2
    assert not any("%" in one for one in words)


def test_every_setting_is_called_something() -> None:
    assert set(FIELDS) == {*CHANGEABLE, "facts"}


def test_an_owner_reads_who_did_what(workspace: Workspace, owner: User) -> None:
    hugo = make_member(workspace, "member", name="Hugo").memberships.get()
    note(
        "member.role_changed", workspace, owner, target=hugo, data={"from": "member", "to": "owner"}
    )
    page = browser(owner, "en").get(ADDRESS).content.decode()

    assert "The role of Hugo changed from member to owner" in page
    assert "Camille · 203.0.113.7" in page


def test_person_and_kind_filter(workspace: Workspace, owner: User) -> None:
    hugo = make_member(workspace, "member")
    note("workspace.opened", workspace, owner)
    note("password.changed", workspace, hugo)
    client = browser(owner, "en")
    by_kind = client.get(ADDRESS, {"kind": "password"}).content.decode()
    by_person = client.get(ADDRESS, {"person": str(owner.uid)}).content.decode()

    assert "The password was changed" in by_kind
    assert "The workspace was opened" not in by_kind
    assert "The workspace was opened" in by_person
    assert "The password was changed" not in by_person


def test_pages_keep_the_filter(workspace: Workspace, owner: User) -> None:
    for _ in range(51):
        note("workspace.opened", workspace, owner)
    page = browser(owner, "en").get(ADDRESS, {"kind": "workspace"}).content.decode()

    assert "?kind=workspace&amp;page=2" in page
    assert "Page 1 of 2" in page


def test_nothing_yet_says_so(owner: User) -> None:
    assert "Nothing has happened yet" in browser(owner, "en").get(ADDRESS).content.decode()


def test_another_workspaces_entries_are_not_among_them(owner: User) -> None:
    elsewhere = make_workspace("Ailleurs")
    note("workspace.opened", elsewhere, make_member(elsewhere))

    assert "Nothing has happened yet" in browser(owner, "en").get(ADDRESS).content.decode()


def table(user: User, **query: str) -> str:
    answer: Any = browser(user, "en").get(f"{ADDRESS}.csv", query)
    return str(b"".join(answer.streaming_content).decode())


def test_the_table_opens_in_a_spreadsheet(workspace: Workspace, owner: User) -> None:
    note("workspace.opened", workspace, owner)
    note("password.changed", workspace, owner)
    head, line = table(owner, kind="workspace").split("\r\n")[:2]

    assert head == "\ufeffNumber;When;Who;What;Network address;Action"
    cells = line.split(";")
    assert (cells[0], *cells[2:4]) == ("1", "Camille", "The workspace was opened")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0[12]:00", cells[1])


def test_a_long_table_has_each_entry_once_while_more_come_in(
    workspace: Workspace, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activity, "BATCH", 2)
    for _ in range(5):
        note("workspace.opened", workspace, owner)
    answer: Any = browser(owner, "en").get(f"{ADDRESS}.csv")
    parts = []
    for part in answer.streaming_content:
        parts.append(part.decode())
        note("workspace.opened", workspace, owner)

    numbers = [line.partition(";")[0] for line in "".join(parts).splitlines()[1:]]
    assert numbers == sorted(set(numbers), reverse=True)
    assert {"1", "2", "3"} <= set(numbers)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_table_is_a_formula(sign: str, workspace: Workspace) -> None:
    owner = make_member(workspace, name=f"{sign}HYPERLINK(1)")
    note("workspace.opened", workspace, owner)

    assert f"'{sign}HYPERLINK" in table(owner)
