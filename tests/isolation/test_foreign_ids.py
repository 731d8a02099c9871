"""A stranger knows every id of the workspace and names them wherever something can be named."""

from typing import Any

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import RequestFactory
from django.urls import reverse

from tests.factories import make_user
from tests.isolation.cases import CASES, Case
from tests.isolation.test_walk import WHO, address_in, content
from tests.isolation.world import MARK, World, dump

pytestmark = pytest.mark.django_db
NAMES = {
    "account": ("account", "social_account", "account_id"),
    "contact": ("contact", "contact_id"),
    "conversation": ("conversation", "conversation_id"),
    "export": ("export",),
    "invitation": ("invitation", "invitation_id"),
    "member": ("member", "membership", "member_id"),
    "message": ("message", "message_id", "in_reply_to"),
    "sign_in": ("sign_in", "session", "here"),
    "workspace": ("workspace_id", "workspace_uid"),
    "owner": ("user", "user_id", "person", "owner", "actor", "by", "id", "uid", "pk"),
}
"""Under which names an id of each kind could be taken from a body or a query."""
WRITING = ("post", "put", "patch", "delete")


def ids_of(world: World) -> dict[str, str]:
    """Every id of the workspace under every name; the workspace itself is named apart."""
    owner = world.people["owner"]
    assert owner is not None
    ids = {**world.ids, "workspace": str(world.workspace.uid), "owner": str(owner.uid)}
    return {name: ids[kind] for kind, names in NAMES.items() for name in names}


def call(world: World, route: str, case: Case, method: str, **more: str) -> Any:
    """Call a stranger's own side of an address with the workspace's ids in body and query."""
    client = world.client("stranger", case.kind)
    address = address_in(world, case, route)
    told = {**ids_of(world), **more}
    if method in {"get", "head"}:
        return getattr(client, method)(address, told)
    body = {**told, **world.filled(case.bodies.get(method, {}))}
    options = {} if case.kind == "page" else {"content_type": "application/json"}
    return getattr(client, method)(address, body, **options)


@pytest.mark.parametrize("route", CASES)
def test_ids_in_bodies_and_queries_reach_nothing(world: World, route: str) -> None:
    case = CASES[route]
    before = dump(world.workspace)
    for method in ("get", *(one for one in WRITING if one in case.allowed)):
        with transaction.atomic():
            answer = call(world, route, case, method)
            assert MARK not in content(answer), method
            assert dump(world.workspace) == before, method
            assert answer.status_code < 500, method
            transaction.set_rollback(True)


PAGES = [one for one in CASES if CASES[one].kind == "page"]


@pytest.mark.parametrize("route", PAGES)
def test_a_form_or_page_that_names_the_workspace_is_not_found(world: World, route: str) -> None:
    case = CASES[route]
    before, named = dump(world.workspace), str(world.workspace.uid)
    for method in case.allowed:
        if method == "head":
            continue
        with transaction.atomic():
            answer = call(world, route, case, method, workspace=named)
            assert MARK not in content(answer), method
            assert dump(world.workspace) == before, method
            transaction.set_rollback(True)
    chosen = world.client("stranger", "page")
    assert chosen.get("/inbox", {"workspace": named}).status_code == 404
    assert MARK not in content(chosen.get("/inbox"))


@pytest.mark.parametrize("route", [one for one in CASES if CASES[one].kind == "api"])
def test_the_header_with_another_workspace_opens_no_method(world: World, route: str) -> None:
    case = CASES[route]
    before = dump(world.workspace)
    client = world.client("stranger", "api")
    address = address_in(world, case, route)
    for method in case.allowed:
        with transaction.atomic():
            body = world.filled(case.bodies.get(method, {}))
            named = {"x-workspace": str(world.workspace.uid)}
            answer = getattr(client, method)(
                address, body, content_type="application/json", headers=named
            )
            assert MARK not in content(answer), method
            assert dump(world.workspace) == before, method
            transaction.set_rollback(True)


@pytest.mark.parametrize("who", WHO)
def test_members_post_nothing_to_the_operators_admin(world: World, who: str) -> None:
    """Every action of every list, and the forms that add, change and delete."""
    sent = 0
    client = world.client(who, "page")
    before = dump(world.workspace)
    asked = RequestFactory().get("/admin/")
    asked.user = make_user(is_staff=True, is_superuser=True)
    for model, page in admin.site._registry.items():
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by("pk").first()
        key = "1" if row is None else str(row.pk)
        actions = set(page.get_actions(asked))
        calls: list[tuple[str, dict[str, str]]] = [
            (reverse(f"{base}_changelist"), {"action": one, "_selected_action": key, "post": "yes"})
            for one in sorted(actions)
        ]
        forms = [(f"{base}_add", []), (f"{base}_change", [key]), (f"{base}_delete", [key])]
        calls += [(reverse(name, args=args), {"post": "yes"}) for name, args in forms]
        for address, body in calls:
            answer = client.post(address, body)
            sent += 1
            assert answer.status_code in {302, 403, 404}, (address, body)
            assert answer.status_code != 302 or "/login" in answer["Location"].partition("?")[0], (
                address
            )
            assert MARK not in content(answer), address
    assert dump(world.workspace) == before
    assert sent > 3 * len(admin.site._registry), "actions are among them"
