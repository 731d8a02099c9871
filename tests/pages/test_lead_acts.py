"""Many leads at once, by the forms of the pages: chosen, asked about, done, taken back, erased."""

import html
import re
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.models import Membership, Workspace
from flowia.lib import clock
from processing import acting, acts
from processing.models import Contact, Lead, LeadAct
from processing.privacy.models import Erasure
from processing.views import lead_filters
from tests.callers import browser, queries_of
from tests.factories import (
    make_account,
    make_contact,
    make_conversation,
    make_lead,
    make_member,
    make_workspace,
)

pytestmark = pytest.mark.django_db
ASK, ERASE = "/inbox/leads/acts", "/inbox/leads/erase"


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def client(workspace: Workspace) -> Client:
    return browser(make_member(workspace), "en")


def lead_named(workspace: Workspace, name: str, **fields: Any) -> Lead:
    return make_lead(make_conversation(workspace, name=name).contact, **fields)


def three(workspace: Workspace) -> list[Lead]:
    return [lead_named(workspace, name) for name in ("Ana", "Bob", "Cléo")]


def text_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def which_in(question: Any) -> str:
    found = re.search(r'name="which" value="(\w+)"', text_of(question))
    assert found is not None
    return found[1]


def stages(workspace: Workspace) -> list[str]:
    rows = Lead.objects.filter(workspace=workspace).order_by("contact__name")
    return list(rows.values_list("stage", flat=True))


@pytest.mark.parametrize("role", ["owner", "member"])
def test_two_leads_get_a_stage_and_it_is_taken_back(role: str, workspace: Workspace) -> None:
    client = browser(make_member(workspace, role), "en")
    ana, bob, _cleo = three(workspace)
    chosen = {"lead": [str(ana.uid), str(bob.uid)], "query": "level=hot&order=name"}
    asked = text_of(client.post(ASK, {**chosen, "do": "stage"}))
    assert "Set the stage of 2 leads" in asked
    assert "Ana" in asked
    assert "Cléo" not in asked
    assert stages(workspace) == ["new", "new", "new"]

    done = client.post(ASK, {**chosen, "do": "stage", "value": "won", "number": "2"})
    assert done["Location"].startswith("/inbox/leads?order=name&level=hot&act=")
    page = text_of(client.get(done["Location"]))
    assert "2 leads have the stage “won” now." in page
    assert stages(workspace) == ["won", "won", "new"]

    address = re.search(r'action="(/inbox/leads/acts/[^"]+)"', page)
    assert address is not None
    back = client.post(address[1], {"do": "undo"})
    assert "Taken back for 2 leads." in text_of(client.get(back["Location"]))
    assert stages(workspace) == ["new", "new", "new"]
    assert "can no longer be taken back" in text_of(
        client.post(address[1], {"do": "undo"}, follow=True)
    )


def test_all_that_fit_are_asked_about_again_when_others_fit(
    workspace: Workspace, client: Client
) -> None:
    three(workspace)
    lead_named(workspace, "Dora", level="cold")
    chosen = {"all": "1", "query": "level=hot", "do": "stage", "value": "lost"}

    assert "look at the number once more" in text_of(client.post(ASK, {**chosen, "number": "2"}))
    assert set(stages(workspace)) == {"new"}
    asked = which_in(client.post(ASK, chosen))
    # One leaves, another one enters: as many as before.
    Lead.objects.filter(contact__name="Ana").update(level="cold")
    Lead.objects.filter(contact__name="Dora").update(level="hot")
    again = client.post(ASK, {**chosen, "number": "3", "which": asked})
    assert "look at the number once more" in text_of(again)
    assert set(stages(workspace)) == {"new"}
    client.post(ASK, {**chosen, "number": "3", "which": which_in(again)})
    assert stages(workspace) == ["new", "lost", "lost", "lost"]


def test_many_are_done_by_a_job_that_the_page_follows_and_that_can_be_stopped(
    workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "AT_ONCE", 2)
    three(workspace)
    chosen = {"all": "1", "do": "level"}
    which = which_in(client.post(ASK, chosen))
    done = client.post(ASK, {**chosen, "value": "cold", "number": "3", "which": which})
    act = LeadAct.objects.get()
    assert done["Location"] == f"/inbox/leads/acts/{act.uid}"
    page = text_of(client.get(done["Location"]))
    assert "data-running" in page
    assert "0 of 3 leads" in page
    fragment = client.get(done["Location"], headers={"X-Fragment": "1"})
    assert "<html" not in text_of(fragment)

    client.post(done["Location"], {"do": "cancel"})
    acting.act(act.pk)
    assert "Cancelled: 3 were not touched." in text_of(client.get(done["Location"]))
    assert set(Lead.objects.values_list("level", flat=True)) == {"hot"}


def test_the_way_back_from_an_act_is_found_again_for_a_day(
    workspace: Workspace, client: Client
) -> None:
    ana = lead_named(workspace, "Ana")
    sent = {"lead": str(ana.uid), "do": "stage", "value": "won", "number": "1"}
    client.post(ASK, sent)
    act = LeadAct.objects.get()
    page = text_of(client.get("/inbox/leads?stage=won"))
    assert f'action="{ASK}/{act.uid}?stage=won"' in page
    assert Membership.objects.get(workspace=workspace).user.email in page
    # Asked for once more it finds all so already: the way back is that of the first.
    again = text_of(client.post(ASK, sent, follow=True))
    assert "1 was so already." in again
    assert again.count('value="undo"') == 1

    client.post(f"{ASK}/{act.uid}", {"do": "undo"})
    assert stages(workspace) == ["new"]
    LeadAct.objects.update(created_at=clock.now() - timedelta(days=1, minutes=1))
    assert "Last done with many leads" not in text_of(client.get("/inbox/leads"))


def test_few_leads_that_take_long_are_told_by_the_page_that_follows_them(
    workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "SLICE_SECONDS", -1.0)
    ana = lead_named(workspace, "Ana")
    sent = {"lead": str(ana.uid), "do": "stage", "value": "won", "number": "1"}

    done = client.post(ASK, {**sent, "query": "order=name"})
    assert done["Location"] == f"{ASK}/{LeadAct.objects.get().uid}?order=name"
    assert "progress.js" in text_of(client.get(done["Location"]))


def test_an_act_that_runs_is_found_again(
    workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "AT_ONCE", 0)
    ana = lead_named(workspace, "Ana")
    client.post(ASK, {"lead": str(ana.uid), "do": "stage", "value": "won", "number": "1"})

    page = text_of(client.get("/inbox/leads"))
    assert f'href="{ASK}/{LeadAct.objects.get().uid}"' in page
    assert 'value="undo"' not in page


@pytest.mark.parametrize("address", [ASK, ERASE])
def test_a_long_search_is_never_cut(address: str, workspace: Workspace, client: Client) -> None:
    face = "\N{GRINNING FACE}" * 100
    ana, bob = lead_named(workspace, face), lead_named(workspace, face[:-1])
    query = urlencode({"search": face})
    asked = text_of(client.post(ASK, {"all": "1", "do": "stage", "query": query}))
    assert "Set the stage of 1 lead" in asked

    sent = {"lead": [str(ana.uid), str(bob.uid)], "do": "stage"}
    back = re.search(
        r'href="/inbox/leads\?([^"]+)"', text_of(client.post(address, {**sent, "query": query}))
    )
    assert back is not None
    assert back[1] == query
    assert client.post(address, {**sent, "query": query * 2}).status_code == 404


def test_two_presses_of_one_question_are_one_act(workspace: Workspace, client: Client) -> None:
    ana = lead_named(workspace, "Ana")
    sent = {"lead": str(ana.uid), "do": "stage"}
    token = re.search(r'name="token" value="([^"]+)"', text_of(client.post(ASK, sent)))
    assert token is not None
    sent |= {"number": "1", "token": token[1]}
    first = client.post(ASK, {**sent, "value": "won"})
    assert client.post(ASK, {**sent, "value": "won"})["Location"] == first["Location"]
    assert LeadAct.objects.count() == 1

    # Whoever goes back and chooses another value asks for another act.
    client.post(ASK, {**sent, "value": "lost"})
    assert stages(workspace) == ["lost"]
    assert LeadAct.objects.count() == 2


def test_the_chosen_alone_stand_in_the_table(workspace: Workspace, client: Client) -> None:
    ana, _bob, cleo = three(workspace)
    answer = client.post(ASK, {"do": "csv", "lead": [str(ana.uid), str(cleo.uid)]})
    table = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]

    assert ("Ana" in table, "Bob" in table, "Cléo" in table) == (True, False, True)


@pytest.mark.parametrize("deed", ["stage", "level", "rewrite", "csv", "erase"])
def test_nothing_chosen_is_told(deed: str, workspace: Workspace, client: Client) -> None:
    three(workspace)
    address = ERASE if deed == "erase" else ASK
    assert "Choose at least one lead." in text_of(client.post(address, {"do": deed}, follow=True))


def test_the_box_of_all_that_fit_gives_its_script_a_number_past_the_bound(
    workspace: Workspace, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_filters, "CAP", 30)
    account = make_account(workspace)
    for number in range(31):
        make_lead(make_contact(account, f"Zoé {number}"))
    page = client.get("/inbox/leads?search=Zo").content.decode()
    assert 'data-number="31" data-told="30+"' in page


@pytest.mark.parametrize("lead", ["", "x", "0198-nonsense"])
def test_ids_that_are_none_choose_nothing(lead: str, workspace: Workspace, client: Client) -> None:
    three(workspace)
    assert client.post(ASK, {"do": "stage", "lead": lead}).status_code == 302


def test_a_stranger_chooses_none_of_ours(workspace: Workspace) -> None:
    ana = lead_named(workspace, "Ana")
    stranger = browser(make_member(make_workspace("Ailleurs")), "en")
    chosen = {"lead": str(ana.uid), "do": "stage", "value": "won", "number": "1"}

    assert "Choose at least one lead." in text_of(stranger.post(ASK, chosen, follow=True))
    assert not LeadAct.objects.exists()
    erased = stranger.post(ERASE, {"lead": str(ana.uid), "confirm": "1"}, follow=True)
    assert "Choose at least one lead." in text_of(erased)
    ana.refresh_from_db()
    assert ana.stage == "new"


def test_a_strangers_act_is_not_found(workspace: Workspace, client: Client) -> None:
    ana = lead_named(workspace, "Ana")
    client.post(ASK, {"lead": str(ana.uid), "do": "stage", "value": "won", "number": "1"})
    act = LeadAct.objects.get()
    stranger = browser(make_member(make_workspace("Ailleurs")), "en")

    assert stranger.get(f"{ASK}/{act.uid}").status_code == 404
    assert stranger.post(f"{ASK}/{act.uid}", {"do": "undo"}).status_code == 404
    assert "stage" not in text_of(stranger.get(f"/inbox/leads?act={act.uid}")).split("<main")[0]


def test_people_are_erased_once_their_number_is_written(
    workspace: Workspace, client: Client
) -> None:
    ana, bob, _cleo = three(workspace)
    chosen = {"lead": [str(ana.uid), str(bob.uid)]}
    assert "Erase 2 people?" in text_of(client.post(ERASE, chosen))
    wrong = text_of(client.post(ERASE, {**chosen, "confirm": "3"}))
    assert "nobody was erased" in wrong
    assert not Erasure.objects.exists()

    done = text_of(client.post(ERASE, {**chosen, "confirm": "2"}, follow=True))
    assert "2 people are erased" in done
    assert list(Contact.objects.values_list("name", flat=True)) == ["Cléo"]


def test_members_erase_nobody(workspace: Workspace) -> None:
    ana = lead_named(workspace, "Ana")
    member = browser(make_member(workspace, "member"), "en")

    assert "/inbox/leads/erase" not in text_of(member.get("/inbox/leads"))
    refused = member.post(ERASE, {"lead": str(ana.uid), "confirm": "1"})
    assert refused.status_code == 403
    assert not Erasure.objects.exists()


def names(client: Client, query: str) -> list[str]:
    page = text_of(client.get(f"/inbox/leads?{query}"))
    return re.findall(r'href="/inbox/leads/[0-9a-f][^"]+">([^<]+)<', page)


def test_leads_are_filtered_by_account_network_and_period(
    workspace: Workspace, client: Client
) -> None:
    shop = make_account(workspace, kind="instagram", name="Boutique")
    ana = make_lead(make_conversation(workspace, name="Ana", account=shop).contact)
    bob = lead_named(workspace, "Bob")
    Lead.objects.filter(pk=bob.pk).update(updated_at="2020-01-01T00:00:00Z")

    assert names(client, f"account={shop.uid}") == ["Ana"]
    assert names(client, "account=network:instagram") == ["Ana"]
    assert names(client, "period=7") == ["Ana"]
    assert names(client, "account=nonsense&period=5") == ["Ana", "Bob"]
    page = text_of(client.get(f"/inbox/leads?account={shop.uid}&period=7&order=name"))
    assert (
        f'href="/inbox/leads?order=name&account={shop.uid}" aria-current="true">Last 7 days' in page
    )
    assert 'href="/inbox/leads?order=name">Take all off' in page
    other = make_account(make_workspace("Ailleurs"))
    assert names(client, f"account={other.uid}") == ["Ana", "Bob"]
    assert ana.uid


def test_a_page_has_as_many_rows_as_asked(workspace: Workspace, client: Client) -> None:
    for number in range(27):
        lead_named(workspace, f"N{number:02}")

    assert len(names(client, "rows=50")) == 27
    assert len(names(client, "rows=7")) == 25


def test_one_lead_leads_to_the_next_of_its_list(workspace: Workspace, client: Client) -> None:
    ana, bob, cleo = three(workspace)
    lead_named(workspace, "Béa", level="cold")
    page = text_of(client.get(f"/inbox/leads/{bob.uid}?level=hot&order=name"))

    assert f'rel="prev" href="/inbox/leads/{ana.uid}?order=name&level=hot"' in page
    assert f'rel="next" href="/inbox/leads/{cleo.uid}?order=name&level=hot"' in page
    for order in ("-warmth", "warmth", "-updated_at", "updated_at", "-name"):
        listed = names(client, f"order={order}")
        for before, after in pairwise(listed):
            uid = Lead.objects.get(contact__name=before).uid
            found = text_of(client.get(f"/inbox/leads/{uid}?order={order}"))
            following = re.search(r'rel="next" href="/inbox/leads/([^?"]+)', found)
            assert following is not None
            assert Lead.objects.get(uid=following[1]).contact.name == after


def test_a_correction_stays_in_its_list(workspace: Workspace, client: Client) -> None:
    ana = lead_named(workspace, "Ana")
    address = f"/inbox/leads/{ana.uid}?order=name&level=hot"
    answer = client.post(address, {"do": "correct", "level": "hot", "stage": "won"})
    assert answer["Location"] == address


def test_the_pages_of_leads_ask_the_database_little(workspace: Workspace, client: Client) -> None:
    ana, *_others = three(workspace)
    client.post(ASK, {"lead": str(ana.uid), "do": "stage", "value": "won", "number": "1"})
    act = LeadAct.objects.get()

    for address in (f"/inbox/leads?level=hot&act={act.uid}", f"/inbox/leads/{ana.uid}",
                    f"{ASK}/{act.uid}"):  # fmt: skip
        assert queries_of(client, address) <= 12, address


def test_what_an_act_did_is_told_in_the_workspace_it_was_done_in() -> None:
    one, other = make_workspace("Un"), make_workspace("Deux")
    user = make_member(one)
    Membership.objects.create(workspace=other, user=user, role="owner")
    lead = make_lead(make_conversation(one).contact)
    client = browser(user, "en")
    client.get(f"/inbox?workspace={other.uid}")  # another tab
    sent = {"lead": [str(lead.uid)], "do": "stage", "value": "won", "number": "1"}
    answer = client.post("/inbox/leads/acts", {**sent, "workspace": str(one.uid)}, follow=True)
    assert "has the stage" in answer.content.decode()


def test_the_foot_of_a_question_leads_to_no_address_that_answers_forms_alone(
    workspace: Workspace, client: Client
) -> None:
    lead = lead_named(workspace, "Ana")
    asked = text_of(client.post(ASK, {"lead": [str(lead.uid)], "do": "stage"}))
    assert f'name="next" value="{ASK}' not in asked
    assert 'name="next" value="/inbox/leads"' in text_of(client.get("/inbox/leads"))


@pytest.mark.parametrize("method", ["get", "head"])
def test_the_question_s_address_typed_or_loaded_again_leads_to_the_list(
    client: Client, method: str
) -> None:
    answer = getattr(client, method)(ASK)
    assert (answer.status_code, answer["Location"]) == (302, "/inbox/leads")
