"""A contact's copy: complete, theirs alone, without secrets."""

import json

from django.test import Client

from accounts.models import AuditEntry
from processing.models import Contact
from processing.privacy.catalogue import SECRETS
from social.models import SocialAccount
from tests.callers import caller
from tests.factories import make_conversation, make_lead, make_member, make_message, make_workspace
from tests.privacy.canaries import archive_of, mark, product_models
from tests.processing.conftest import Scene


def address(contact: Contact) -> str:
    return f"/contacts/{contact.uid}/export"


def test_it_holds_every_column_of_every_table_about_the_person(
    notion: Scene, contact: Contact, owner: Client
) -> None:
    marks = mark(contact)
    data, page = archive_of(owner.get(address(contact)))
    text = json.dumps(data, ensure_ascii=False)
    named = [one._meta.model_name for one in product_models()]
    told = marks - {f"Zq{model}{secret}" for model in named for secret in SECRETS}
    assert [word for word in told if word not in text] == []
    assert [word for word in told if word not in page] == []
    assert [word for word in marks - told if word in text or word in page] == []


def test_columns_have_names_for_people(scene: Scene, contact: Contact, owner: Client) -> None:
    data, page = archive_of(owner.get(address(contact)))
    assert data["message"]["columns"]["text"] == "texte"
    assert "C&#x27;est combien ?" in page


def test_it_holds_what_the_network_sent_about_them_and_about_nobody_else(
    scene: Scene, contact: Contact, owner: Client
) -> None:
    other = {"sender": {"id": "555"}, "message": {"mid": "m_x", "text": "pas à elle"}}
    hers = scene.item(message={"mid": "m_y", "text": "à elle"})
    scene.post(scene.envelope(hers, scene.item(**other)))
    data, _page = archive_of(owner.get(address(contact)))
    entries = json.dumps(data["webhook_entries"], ensure_ascii=False)
    assert "à elle" in entries
    assert "pas à elle" not in entries


def test_it_holds_no_secret_of_the_account(scene: Scene, contact: Contact, owner: Client) -> None:
    data, _page = archive_of(owner.get(address(contact)))
    text = json.dumps(data)
    assert "EAAB-page-invente" not in text
    assert SocialAccount.objects.get().sealed_credentials not in text


def test_it_holds_nothing_of_others(scene: Scene, contact: Contact, owner: Client) -> None:
    for workspace in (scene.workspace, make_workspace("Ailleurs")):
        other = make_conversation(workspace, name="Nqautre")
        make_message(other, "Nqmessage")
        make_lead(other.contact, intent="Nqintent")
    data, page = archive_of(owner.get(address(contact)))
    assert "Nq" not in json.dumps(data) + page


def test_it_is_noted_in_the_audit_log(scene: Scene, contact: Contact) -> None:
    user = make_member(scene.workspace, "member")
    assert caller(user).get(address(contact)).status_code == 200
    entry = AuditEntry.objects.get(action="contact.exported")
    assert (entry.actor_uid, entry.target_uid) == (user.uid, contact.uid)
    assert entry.chain == str(scene.workspace.uid)


def test_a_stranger_gets_404_and_no_audit_row(scene: Scene, contact: Contact) -> None:
    stranger = caller(make_member(make_workspace("Ailleurs")))
    for path in (address(contact), f"/contacts/{contact.uid}"):
        assert stranger.get(path).status_code == 404
    assert stranger.get("/contacts").json()["results"] == []
    assert not AuditEntry.objects.filter(action="contact.exported").exists()


def test_a_contact_is_listed_and_shown(scene: Scene, contact: Contact, owner: Client) -> None:
    one = owner.get(f"/contacts/{contact.uid}/").json()
    assert one["account"]["external_id"] == scene.account.external_id
    assert owner.get("/contacts").json()["results"] == [one]
    assert owner.get("/contacts?search=personne").json()["results"] == []
