"""Other people's names in a draft are found by a key, and before anybody read it all the same."""

import codecs
import random
import threading
import time

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from processing import checking, inbox, names, tasks
from processing.ai.others import look_ups, looked_up_by, maybe_people_in, people_in
from processing.ai.seeing import see
from processing.models import Contact
from social.contracts import InboundMessage
from tests.factories import make_account, make_contact, make_workspace
from tests.processing.conftest import Scene, model_says
from tests.processing.drafts import PEOPLE

WORDS = (
    "Zoé",
    "martin",
    "D'Arc",
    "Le",
    "van",
    "Rose",
    "ﬁlle",
    "ΜΑΡΊΑ",
    "Иван",
    "李",
    "12",
    "b_2",
    "O\u200bl",
)
NUMBERS = ("0639984127", "+33 6 39 98 41 27", "06.39.98", "tel 0639984127", "nils@ex.example")
READINGS = (str, lambda text: codecs.encode(text, "rot13"), lambda text: text[::-1])


@st.composite
def _names_in_texts(draw: st.DrawFn) -> tuple[str, str]:
    """A name, and a text in which its words stand somehow: turned, titled, backwards, in code."""
    word = st.sampled_from(WORDS) | st.text(min_size=1, max_size=6)
    name = draw(
        st.lists(word, min_size=1, max_size=7).map(" ".join)
        | st.sampled_from((*NUMBERS, *PEOPLE))
        | st.text(max_size=12)
    )
    words = name.split(" ")
    told = draw(st.sampled_from((name, " ".join((words[-1], *words[:-1])), f"Mme {words[-1]}")))
    around = st.text(max_size=8) | st.sampled_from(("", "Oui, ", " et ", "06", "."))
    turned = draw(st.sampled_from(READINGS))(told)
    return name, f"{draw(around)}{turned}{draw(around)}"


@given(_names_in_texts())
@example(("Zoé Martin", "Non, nitraM éoZ."))
@example(("Zoé Martin", "Mbé Znegva"))
@example(("+33 6 39 98 41 27", "Au 000639984127."))
@example(("123", "0612345"))
@example(("0000", "060000"))
@example(("12345", "Au 0612345678"))
@example(("--------1234567890--------", "Au 12 34 56 78 90"))
def test_a_text_in_which_a_name_is_found_is_looked_up_by_its_key(told: tuple[str, str]) -> None:
    name, text = told
    seen = see(text)
    if [*people_in(seen, [name], ()), *maybe_people_in(seen, [name], ())]:
        assert looked_up_by(name) in look_ups(text) - {""}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Élodie Marchetti", "marchetti"),
        ("MARCHETTI", "marchetti"),
        ("Lê Văn Nam", "nam"),
        ("@nils_b", "b"),
        ("+44 20 7946 0958", "079460958"),
        ("Elodie@Courriel.Example", "elodie@courriel.example"),
        ("Z" * 200, "z" * 200),
        ("Al", ""),
        ("un nom de bien plus de six mots", ""),
        ("🌹", ""),
    ],
)
def test_a_name_has_one_key(name: str, key: str) -> None:
    assert looked_up_by(name) == key


def test_a_name_that_grows_as_it_is_read_still_has_a_key_that_can_be_kept() -> None:
    long = "㍿" * 200
    assert len(looked_up_by(long)) == 200
    assert looked_up_by(long) in look_ups(long)


@pytest.mark.parametrize("read", [True, False])
@pytest.mark.parametrize(
    ("name", "text", "outcome"),
    [
        ("Zoé Marchetti", "Oui, comme pour Zoé Marchetti.", "handoff"),
        ("Zoé Marchetti", "Oui, comme pour Marchetti Zoé.", "handoff"),
        ("Zoé Marchetti", "Oui, comme pour Mme Marchetti.", "handoff"),
        ("Zoé Marchetti", "Zoé dit oui, ittehcraM éoZ.", "handoff"),
        ("France", "Oui, nous livrons partout en France.", "hold"),
        ("Zoé Marchetti", "Oui, comme pour Zoé Martin.", "reply"),
        ("Livraison", "Oui, la livraison est possible.", "reply"),
    ],
)
def test_names_are_found_by_their_keys_and_without(
    read: bool, name: str, text: str, outcome: str, scene: Scene
) -> None:
    make_contact(scene.account, name)
    if read:
        tasks.tend_quotas()
        assert not Contact.objects.filter(name_key=None).exists()
    scene.model.answers.clear()
    scene.model.answer(200, model_says(text=text))
    message = scene.say("Vous livrez où ?")
    scene.run()

    message.refresh_from_db()
    assert message.outcome == outcome


@pytest.mark.django_db
def test_names_are_read_once_and_nameless_people_when_they_have_one() -> None:
    account = make_account(make_workspace())
    nameless = make_contact(account, "")
    made = [make_contact(account, f"Zoé Marchetti{place}") for place in range(3)]
    assert names.read() == 3
    assert {one.name_key for one in Contact.objects.filter(pk__in=[one.pk for one in made])} == {
        "marchetti0",
        "marchetti1",
        "marchetti2",
    }
    with CaptureQueriesContext(connection) as asked:
        assert names.read() == 0
    assert len(asked) == 1
    assert names.mend() == 0
    # As a version before this one writes it: without a word about the key.
    Contact.objects.filter(pk=nameless.pk).update(name="Léa Petit")
    assert names.read() == 1
    nameless.refresh_from_db()
    assert nameless.name_key == "petit"


@pytest.mark.django_db
def test_many_names_are_read_in_parts_and_no_longer_than_allowed() -> None:
    make_many(names.BATCH + 1)
    assert names.read(seconds=0) == 1
    assert names.read() == names.BATCH
    assert not Contact.objects.filter(name_key=None).exists()


@pytest.mark.django_db
def test_a_key_of_another_day_is_mended_at_night_and_a_name_that_changed_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_many(3)
    with monkeypatch.context() as before:
        before.setattr(names, "looked_up_by", lambda name: f"old {name.split()[-1]}"[:200])
        names.read()
    assert Contact.objects.filter(name_key__startswith="old ").count() == 3
    monkeypatch.setattr(names, "MANY", 2)
    tasks.cool_leads()
    assert set(Contact.objects.values_list("name_key", flat=True)) == {"0", "1", "2"}
    assert names._keep(Contact.objects.earliest("pk").pk, "Zoé Petit", None) == 0


@pytest.mark.django_db(transaction=True)
def test_others_write_while_many_names_are_read() -> None:
    """On either database nobody waits for more than one name."""
    make_many(1500)
    apart = Contact.objects.earliest("pk")
    waits, over = [], threading.Event()

    def write() -> None:
        while not over.is_set():
            began = time.monotonic()
            Contact.objects.filter(pk=apart.pk).update(headline="Cliente")
            waits.append(time.monotonic() - began)
            time.sleep(0.01)
        connection.close()

    writing = threading.Thread(target=write)
    writing.start()
    began = time.monotonic()
    try:
        assert names.read(seconds=600) == 1500
    finally:
        taken = time.monotonic() - began
        over.set()
        writing.join()
    assert len(waits) > 10
    assert max(waits) < taken / 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite locks no rows")
def test_whoever_locks_contacts_in_another_order_is_not_waited_for_with_a_row_in_hand() -> None:
    make_many(2)
    first, second = Contact.objects.order_by("pk").values_list("pk", flat=True)

    def read() -> None:
        names.read()
        connection.close()

    reading = threading.Thread(target=read)
    with transaction.atomic():
        # As who wrote, then everybody of the same person.
        Contact.objects.filter(pk=second).update(headline="Cliente")
        reading.start()
        time.sleep(0.5)
        Contact.objects.filter(pk__in=[first, second]).update(opted_out_at=timezone.now())
    reading.join(30)
    assert not Contact.objects.filter(name_key=None).exists()


@pytest.mark.django_db
def test_a_name_that_is_told_while_its_key_is_there_is_read_anew(scene: Scene) -> None:
    """Whoever looked before the name was known writes another one over it."""
    message = scene.say("Vous livrez où ?")
    contact = message.conversation.contact
    Contact.objects.filter(pk=contact.pk).update(name="Léa Petit", name_key="petit")
    told = InboundMessage(
        account_kind="messenger",
        account_external_id=scene.account.external_id,
        external_id="m-1", contact_external_id=contact.external_id, text="",
        sent_at=timezone.now(), contact_name="Léa Martin",
    )  # fmt: skip
    inbox._note_person(contact, scene.account, told, now=timezone.now())
    contact.refresh_from_db()
    assert (contact.name, contact.name_key) == ("Léa Martin", None)


@pytest.mark.django_db
def test_a_text_of_digits_alone_asks_a_short_question(scene: Scene) -> None:
    make_contact(scene.account, "Zoé Marchetti")
    names.read()
    conversation = scene.say("Vous livrez où ?").conversation
    digits = "".join(random.Random(1).choices("0123456789", k=3000))
    with CaptureQueriesContext(connection) as asked:
        found = checking._others(f"Zoé Marchetti {digits}", conversation, known=())
    assert found == ("Zoé Marchetti",)
    assert len(asked[0]["sql"]) < 2000


def make_many(number: int) -> None:
    account = make_account(make_workspace())
    Contact.objects.bulk_create(
        Contact(workspace=account.workspace, social_account=account,
                external_id=f"{place}", name=f"Zoé Marchetti {place}")
        for place in range(number)
    )  # fmt: skip
