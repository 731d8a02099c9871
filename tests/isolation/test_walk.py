"""The walk: every address of the URL configuration, called by everybody with every method."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.isolation.cases import CASES, PUBLIC, Case
from tests.isolation.world import MARK, World, dump

pytestmark = pytest.mark.django_db
METHODS = ("get", "head", "options", "post", "put", "patch", "delete")
WHO = ("owner", "teammate", "stranger", "nobody")
REFUSED = {"api": {"stranger": {200, 201, 202, 204, 400, 404, 405, 409}, "nobody": {401, 405}},
           "page": {"stranger": {200, 302, 400, 404, 405, 409}, "nobody": {302, 405}}}  # fmt: skip
"""Without an id a stranger works in their own workspace; with one there is nothing for them."""
WORDLESS = {
    *("integrations/orders", "integrations/orders/<uuid:uid>", "integrations/runs"),
    *("analytics", "inbox/figures.csv", "billing", "audit"),
    "social-accounts/<slug:provider>/consent",
    *("scenarios/<uuid:uid>/versions", "scenarios/<uuid:uid>/replays", "auth/sessions"),
    *("scenarios/<uuid:uid>/replays/estimate", "erasures", "workspace/exports"),
}
"""What owners read of ids, codes and numbers alone."""
REFUSED_WITH_ID = {"stranger": {404, 405}, "nobody": {401, 302, 405}}


def routes(patterns: Any = None, before: str = "") -> Iterator[str]:
    """Yield every address, without the twins that only add a slash."""
    for one in patterns or get_resolver().url_patterns:
        whole = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, whole)
        elif isinstance(one, URLPattern):
            yield whole
    return


def addresses() -> list[str]:
    found = [one for one in routes() if not one.startswith("admin/")]
    return [one for one in found if not (one.endswith("/") and one[:-1] in found)]


def admin_addresses() -> list[str]:
    return [one for one in routes() if one.startswith("admin/")]


def test_every_address_has_its_case() -> None:
    known = set(CASES) | set(PUBLIC)

    assert set(addresses()) - known == set(), "say in tests/isolation/cases.py who may"
    assert known - set(addresses()) == set(), "these are gone"


def test_every_address_with_an_id_is_walked() -> None:
    with_id = {one for one in addresses() if "uid" in one}

    assert with_id <= set(CASES)
    assert all(CASES[one].uid for one in with_id)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("route", CASES)
def test_everybody_gets_what_is_theirs(world: World, route: str, who: str) -> None:
    case = CASES[route]
    before = dump(world.workspace)
    for method in METHODS:
        with transaction.atomic():
            answer = call(world, case, route, who, method)
            check(case, who, method, answer)
            if who in {"stranger", "nobody"}:
                assert MARK not in content(answer), (method, route)
                assert dump(world.workspace) == before, (method, route)
            transaction.set_rollback(True)


def call(world: World, case: Case, route: str, who: str, method: str) -> Any:
    client = world.client(who, case.kind)
    # HEAD asks what GET asks.
    body = world.filled(case.bodies.get("get" if method == "head" else method, {}))
    address = address_in(world, case, route)
    if case.kind == "api" and method in {"get", "head"}:
        return getattr(client, method)(address, body)
    if case.kind == "page":
        return getattr(client, method)(address, body)
    return getattr(client, method)(address, body, content_type="application/json")


def address_in(world: World, case: Case, route: str) -> str:
    filled = route.replace("<uuid:uid>", world.ids.get(case.uid, ""))
    filled = filled.replace("<slug:provider>", case.provider).replace("<slug:kind>", "airtable")
    return "/" + filled.replace("<int:number>", "1")


def check(case: Case, who: str, method: str, answer: Any) -> None:
    if who in {"owner", "teammate"}:
        # HEAD is GET without its body (RFC 9110, section 9.3.2); the API tells its methods.
        named = method if method in case.allowed or method != "head" else "get"
        allowed = case.allowed.get(named)
        unlisted = 200 if tells_methods(case, method) else 405
        expected = allowed[WHO.index(who)] if allowed else unlisted
        assert answer.status_code == expected, (method, answer.status_code)
        return
    refused = REFUSED_WITH_ID[who] if case.uid else REFUSED[case.kind][who]
    if who == "stranger" and tells_methods(case, method):
        refused = {200}  # the same for every id, living or not
    assert answer.status_code in refused, (method, answer.status_code)


def tells_methods(case: Case, method: str) -> bool:
    return case.kind == "api" and method == "options"


def content(answer: Any) -> str:
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if raw.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(raw))
        raw = b"".join(archive.read(name) for name in archive.namelist())
    return str(raw.decode())


@pytest.mark.parametrize("route", [one for one in CASES if CASES[one].kind == "api"])
def test_the_methods_of_an_address_are_told_alike_for_every_id(world: World, route: str) -> None:
    client = world.client("stranger", "api")
    answers = [
        content(client.options("/" + filled(route.replace("<uuid:uid>", uid))))
        for uid in (world.ids.get(CASES[route].uid, ""), str(uuid4()))
    ]
    assert answers[0] == answers[1]
    assert MARK not in answers[0]


@pytest.mark.parametrize("who", WHO)
def test_members_find_nothing_in_the_operators_admin(world: World, who: str) -> None:
    client = world.client(who, "page")
    for route in admin_addresses():
        answer = client.get("/" + filled(route))
        assert answer.status_code in {302, 403, 404}, route
        assert MARK not in content(answer), route


def filled(route: str) -> str:
    for old, new in (
        ("<path:object_id>", "1"),
        ("<int:content_type_id>", "1"),
        ("<path:object_id>", "1"),
        ("<int:conversation_id>", "1"),
        ("<id>", "1"),
        ("<slug:provider>", "meta"),
    ):
        route = route.replace(old, new)
    return route.replace("^(?P<app_label>", "").replace(")/$", "/").replace("(?P<url>.*)$", "x")


def test_the_walk_is_as_long_as_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    walked = len(CASES) * len(WHO) * len(METHODS)
    with capsys.disabled():
        print(  # noqa: T201 - the figure is what an auditor asks for
            f"\nisolation walk: {len(CASES)} routes x {len(WHO)} callers x {len(METHODS)} methods"
            f" = {walked} calls, {len(admin_addresses())} admin addresses x {len(WHO)} callers"
        )
    assert walked > 0


def of_a_workspace() -> list[str]:
    """The addresses of the API that are about a workspace, not about the caller."""
    personal = ("auth/", "invitations/accept")
    return [one for one in CASES if CASES[one].kind == "api" and not one.startswith(personal)]


@pytest.mark.parametrize("route", of_a_workspace())
def test_another_workspace_named_in_the_header_is_not_found(world: World, route: str) -> None:
    case = CASES[route]
    method = next(iter(case.allowed))
    client = world.client("stranger", "api")
    address = address_in(world, case, route)
    named = {"x-workspace": str(world.workspace.uid)}
    answer = getattr(client, method)(address, {}, content_type="application/json", headers=named)

    assert answer.status_code == 404
    assert MARK not in content(answer)


def test_a_canary_that_does_leak_would_be_seen(world: World) -> None:
    """The owner reads the mark wherever anything of the workspace is told: the walk can fail."""
    unseen = {
        route
        for route, case in CASES.items()
        if case.allowed.get("get", (0, 0))[0] == 200
        and MARK not in content(call(world, case, route, "owner", "get"))
    }
    assert unseen == WORDLESS


def test_nobody_s_client_is_signed_in_nowhere(world: World) -> None:
    assert isinstance(world.client("nobody", "page"), Client)
