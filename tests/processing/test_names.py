"""Other people's names in a draft are found by a key, and before anybody read it all the same."""

import codecs

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given
from hypothesis import strategies as st

from processing import names, tasks
from processing.ai.others import look_ups, looked_up_by, maybe_people_in, people_in
from processing.ai.seeing import see
from processing.models import Contact
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
    # As a version before this one writes it: without a word about the key.
    Contact.objects.filter(pk=nameless.pk).update(name="Léa Petit")
    assert names.read() == 1
    nameless.refresh_from_db()
    assert nameless.name_key == "petit"


@pytest.mark.django_db
def test_many_names_are_read_in_parts_and_no_longer_than_allowed() -> None:
    account = make_account(make_workspace())
    Contact.objects.bulk_create(
        Contact(workspace=account.workspace, social_account=account,
                external_id=f"{place}", name=f"Zoé Marchetti {place}")
        for place in range(2 * names.BATCH + 1)
    )  # fmt: skip
    assert names.read(seconds=0) == names.BATCH
    assert names.read() == names.BATCH + 1
    assert not Contact.objects.filter(name_key=None).exists()
