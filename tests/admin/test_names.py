"""What operators read: columns in their language, names beside ids."""

import re

import pytest
from django.contrib import admin
from django.db.models import Field
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise

from accounts import audit, letters
from accounts.admin.letters import KINDS
from accounts.letters import Kind
from accounts.models import SignInAttempt
from flowia.lib.admin import LABELS, Rows
from tests.admin.pages import operator
from tests.callers import browser, queries_of
from tests.factories import make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
AUDIT, CHAINS = "/admin/accounts/auditentry/", "/admin/accounts/auditchain/"
ENGLISH = re.compile(r">\s*(Created at|Workspace|Key|Length|Head|Chain)\s*<")
PAGES = [page for page in admin.site._registry.values() if isinstance(page, Rows)]


def french(address: str) -> str:
    user = make_user(is_staff=True, is_superuser=True)
    return browser(user, "fr").get(address).content.decode()


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_field_that_operators_see_has_a_name_to_translate(page: Rows) -> None:
    request = RequestFactory().get("/")
    request.user = make_user(is_staff=True, is_superuser=True)
    shown = {str(name) for each in page.get_fieldsets(request) for name in each[1]["fields"]}
    nameless = {
        field.name
        for field in page.model._meta.fields
        if isinstance(field, Field) and not isinstance(field.verbose_name, Promise)
    }
    listed = set(map(str, page.get_list_display(request)))
    assert nameless & listed == set()
    assert (nameless & shown) - set(LABELS) == set()


def test_lists_and_pages_are_in_french() -> None:
    workspace = make_workspace()
    for address in (CHAINS, AUDIT, reverse("admin:processing_scenario_changelist")):
        assert not re.search(
            r">\s*(Created at|Workspace|Key|Length|Head|Chain)\s*<", french(address)
        )
    page = french(reverse("admin:accounts_workspace_change", args=[workspace.pk]))
    assert "Créé le" in page
    assert "Created at" not in page


def test_the_audit_log_names_workspace_person_and_deed() -> None:
    workspace = make_workspace("Maison Bleue")
    owner = make_member(workspace, email="camille@exemple.fr")
    audit.record("workspace.opened", by=audit.by(owner), workspace=workspace)
    page = operator()[0].get(AUDIT).content.decode()

    for words in ("Maison Bleue", str(workspace.uid), "camille@exemple.fr", str(owner.uid)):
        assert words in page
    assert "The workspace was opened" in page
    assert "Maison Bleue" in operator()[0].get(CHAINS).content.decode()


def test_names_cost_the_same_however_many_entries() -> None:
    client, _me = operator()
    counts = set()
    for _ in range(5):
        workspace = make_workspace()
        audit.record("workspace.opened", by=audit.by(make_member(workspace)), workspace=workspace)
        counts.add(queries_of(client, AUDIT))
    assert len(counts) == 1


def test_the_audit_log_is_filtered_by_what_it_is_about() -> None:
    client, me = operator()
    audit.record("password.changed", by=audit.by(me))
    audit.record("export.asked", by=audit.by(me))
    page = client.get(AUDIT, {"about": "password"}).content.decode()
    assert "password.changed" in page
    assert "export.asked" not in page


def test_letters_are_called_by_their_subject_and_filtered_by_kind() -> None:
    letters.write(Kind.PASSWORD_CHANGED, user=make_user("a@exemple.fr"))
    letters.write(Kind.VERIFY_ADDRESS, user=make_user("b@exemple.fr"))
    page = french("/admin/accounts/letter/?kind=password_changed")
    assert "a@exemple.fr" in page
    assert "b@exemple.fr" not in page
    with translation.override("fr"):
        assert str(KINDS["password_changed"]) in page
    assert set(KINDS) == set(Kind)


def test_an_attempt_says_whether_the_place_is_known() -> None:
    SignInAttempt.objects.create(email_key="k", address="203.0.113.7", trust=1)
    page = operator()[0].get("/admin/accounts/signinattempt/").content.decode()
    assert "icon-yes" in page
