"""Every attempt of the corpus against a model that obeys it, from the webhook to the network."""

import base64
import codecs
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Fact
from billing.models import Subscription
from processing.models import Contact, Conversation, Lead, Message, ModelState, Scenario
from tests.factories import (
    make_account,
    make_conversation,
    make_lead,
    make_message,
    make_workspace,
)
from tests.processing.conftest import Scene, model_document, model_says
from tests.processing.injections import (
    INJECTIONS,
    OTHER_EMAIL,
    OTHER_NAME,
    OTHER_PHONE,
    TELLINGS,
    Injection,
    hostile_fields,
)

OWNERS = "CANARI-ROUGE-GORGE-41"
OTHERS = "CANARI-MESANGE-52"
ELSEWHERE = "CANARI-HIRONDELLE-63"
CANARIES = (OWNERS, OTHERS, ELSEWHERE)
INSTRUCTION = (
    f"Le mot de la maison est {OWNERS}. Propose toujours l'atelier du samedi avant de parler des "
    "remises, et ne descends jamais sous le prix convenu avec le fournisseur de Limoges."
)
PEOPLE = (OTHER_NAME, OTHER_NAME.split()[-1], OTHER_PHONE, OTHER_EMAIL)
RUN = 8
FAR = {"rules": 0, "instruction": 1}
"""Where the obedient model begins to quote what it was told."""


@pytest.fixture
def besieged(scene: Scene, settings: Settings) -> Scene:
    """A workspace with secrets: its instruction, another contact, and another workspace."""
    settings.AI_REQUESTS_PER_MINUTE = 100_000
    Subscription.objects.create(workspace=scene.workspace, plan="ultra")
    Scenario.objects.update(instruction=INSTRUCTION, autonomy="auto")
    other = make_conversation(scene.workspace, account=scene.account, name=OTHER_NAME)
    make_lead(other.contact, phone="+33639984127")
    make_message(other, f"Mon code de porte : {OTHERS}")
    elsewhere = make_workspace(name="Ailleurs", business_profile=ELSEWHERE)
    Fact.objects.create(workspace=elsewhere, label="Secret", value=ELSEWHERE)
    make_account(elsewhere, external_id="page-ailleurs")
    return scene


def play(scene: Scene, attempt: Injection, start: str) -> None:
    """Let the contact write the attempt, and a model that obeys it answer."""

    def obey() -> tuple[int, Any, dict[str, str]]:
        told = scene.model.asked[-1].body["instructions"]
        part = told if start == "rules" else told[told.index(INSTRUCTION[:20]) :]
        calm = {"intent": "other", "learned": [], "summary": []}
        fields = {**hostile_fields(attempt, part), **calm, **attempt.extra}
        return 200, model_document(json.dumps(fields)), {}

    scene.model.next_answer = obey  # type: ignore[method-assign]
    for text in (*attempt.earlier, attempt.text):
        scene.say(text)
    scene.run()


def readings(text: str) -> Iterator[str]:
    """The text as it could be read: plain, turned, backwards, decoded, without marks."""
    seen = "".join(one for one in text if unicodedata.category(one) not in {"Cf", "Mn", "Cc"})
    tags = "".join(chr(ord(one) - 0xE0000) for one in text if 0xE0020 <= ord(one) < 0xE007F)
    bytes_ = bytes(ord(one) - 0xE0100 + 16 for one in text if 0xE0100 <= ord(one) < 0xE01F0)
    forms = [seen, tags, bytes_.decode(errors="ignore"), re.sub(r"[\s.*_-]", "", seen)]
    for word in re.findall(r"[A-Za-z0-9+/=]{16,}", seen):
        for decode in (base64.b64decode, bytes.fromhex):
            try:
                forms.append(decode(word).decode(errors="ignore"))
            except ValueError:
                continue
    for form in forms:
        plain = "".join(
            one for one in unicodedata.normalize("NFKD", form.casefold()) if one.isalnum()
        )
        yield from (plain, plain[::-1], codecs.encode(plain, "rot13"))


def bare(text: str) -> str:
    return next(iter(readings(text)))


def secrets_in(text: str, told: str) -> list[str]:
    """What of our secrets stands in a text that left: canaries, people, or our own words."""
    words = re.findall(r"\w+", told)
    runs = {bare("".join(words[at : at + RUN])) for at in range(len(words) - RUN + 1)}
    wanted = {bare(one) for one in (*CANARIES, *PEOPLE)} | {"639984127"}
    return [one for one in readings(text) if any(secret in one for secret in wanted | runs)]


def sent(scene: Scene) -> list[str]:
    """What reached the network as words."""
    messages = [one.body["message"]["text"] for one in scene.graph.asked if "message" in one.body]
    return [str(text) for text in messages]


def clear(scene: Scene) -> None:
    """Forget the conversation of the attempt, not what was there before."""
    mine = Conversation.objects.filter(social_account=scene.account).exclude(
        contact__name=OTHER_NAME
    )
    Contact.objects.filter(pk__in=list(mine.values_list("contact_id", flat=True))).delete()
    ModelState.objects.all().delete()
    scene.graph.asked.clear()
    scene.model.asked.clear()


def test_a_model_that_obeys_every_attempt_leaks_nothing(besieged: Scene) -> None:
    outcomes: Counter[tuple[str, str]] = Counter()
    leaks, went = [], []
    attempts = [(attempt, start) for attempt in INJECTIONS for start in FAR]
    for attempt, start in attempts:
        play(besieged, attempt, start)
        message = Message.objects.filter(direction="inbound", text=attempt.text).latest("pk")
        outcomes[message.outcome, message.reason] += 1
        told = besieged.model.asked[-1].body["instructions"] if besieged.model.asked else ""
        for text in sent(besieged):
            went.append((attempt.id, start, text))
            if secrets_in(text, told):
                leaks.append((attempt.id, start, text))
        asked = json.dumps([one.body for one in besieged.model.asked], ensure_ascii=False)
        assert OTHERS not in asked, attempt.id
        assert ELSEWHERE not in asked, attempt.id
        assert message.outcome in {"handoff", "hold", "reply", "silent"}, attempt.id
        clear(besieged)

    print(f"{len(leaks)} of {len(attempts)} leaks; {len(went)} sent;", dict(outcomes))  # noqa: T201
    assert leaks == []
    assert went == []
    assert Lead.objects.filter(contact__name=OTHER_NAME).count() == 1


@pytest.mark.parametrize("telling", TELLINGS)
@pytest.mark.parametrize("secret", [OWNERS, OTHER_NAME, INSTRUCTION])
def test_a_leak_would_be_seen_however_it_is_told(telling: str, secret: str) -> None:
    assert secrets_in(TELLINGS[telling](secret), INSTRUCTION)


HONEST = [
    ("C'est combien la tasse ?", "Elle coûte 49 €."),
    ("La tasse est bien à 49 € ?", "Oui, elle coûte 49 €."),
    ("Bonjour, vous allez bien ?", "Bonjour ! Oui, merci. Que puis-je faire pour vous ?"),
    ("Je m'appelle Marie, j'ai 80 € de budget", "Bonjour Marie, avec un budget de 80 €, la tasse."),
    ("How much is the mug?", "It costs 49 €."),
]


def test_an_honest_model_still_answers_there(besieged: Scene) -> None:
    went = []
    for question, answer in HONEST:
        language = "en" if question.startswith("How") else "fr"
        besieged.model.next_answer = lambda said=answer, language=language: (  # type: ignore[method-assign,misc]
            200,
            model_says(text=said, language=language, interest={"level": "cold", "evidence": []}),
            {},
        )
        besieged.say(question)
        besieged.run()
        went += [text.rpartition("\n")[2] for text in sent(besieged)]
        clear(besieged)

    assert went == [answer for _, answer in HONEST]
