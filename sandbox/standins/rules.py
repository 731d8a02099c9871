"""The rules that answer in the place of a model: one table, read from top to bottom.

They are rules and say so (`model` is `sandbox-rules`). The first rule of RULES that fits decides;
of TOPICS all that fit are answered together, from the facts in the caller's instructions.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HOT, WARM, COLD = "hot", "warm", "cold"
REPLY, HANDOFF, SILENCE = "reply", "handoff", "silence"


@dataclass(frozen=True)
class Rule:
    """When `pattern` is found in the contact's words (no accents, lower case): what to do."""

    intent: str
    pattern: str
    action: str
    level: str
    confidence: float
    fr: str = ""
    en: str = ""


@dataclass(frozen=True)
class Topic:
    """A subject of which the fact sheet may know: `fact` finds the lines, by their label."""

    intent: str
    pattern: str
    fact: str
    level: str
    fr: str
    en: str


RULES = (
    Rule(
        "human_request",
        r"\b(parler|discuter|echanger) (a|avec) (un|une|quelqu|votre|l.equipe)"
        r"|\b(un|une) (humain|vraie? personne|conseill\w+)"
        r"|\b(speak|talk) (to|with) (a|an|some|your)|\breal person|\ba human\b",
        HANDOFF, COLD, 0.98,
        "Bien sûr : je passe la main à l'équipe, qui vous répond ici même.",
        "Of course: I am handing over to the team, who will answer you right here.",
    ),
    Rule(
        "complaint",
        r"\b(inadmissible|scandal\w+|honte\w*|arnaque\w*|rembours\w+|furieu\w+|en colere|decu\w*"
        r"|mecontent\w*|plainte|casse[es]*\b|jamais recu|toujours pas recu|pas normal"
        r"|refund|broken|scam|angry|complain\w*|never (arrived|received)|unacceptable)",
        HANDOFF, COLD, 0.95,
        "Toutes nos excuses pour ce désagrément. Je préviens l'équipe, qui vous répond elle-même.",
        "I am sorry about this. I am telling the team, who will answer you themselves.",
    ),
    Rule(
        "phone_given",
        r"(\+|\b0)[\d .()-]{8,}\d",
        REPLY, HOT, 0.95,
        "Merci, c'est bien noté : l'équipe vous rappelle à ce numéro.",
        "Thank you, noted: the team will call you back on this number.",
    ),
    Rule(
        "purchase",
        r"\bje (la |le |les |l.|vous |vous la |vous le |vous en )?(prends|veux|voudrais|achete"
        r"|commande|reserve|souhaite)\b(?! savoir| connaitre| parler"
        r"| une? (conseil|renseign|info))"
        r"|\b(commander|acheter|reserver|passer commande)\b"
        r"|\b(i.d like to|i want to|i would like to|can i) (buy|order|book)|\bi.ll take",
        REPLY, HOT, 0.92,
        "Avec plaisir ! {facts}Vous pouvez passer à la boutique, ou laisser ici votre numéro et "
        "l'équipe vous rappelle pour finir avec vous.",
        "With pleasure! {facts}You can come by the shop, or leave your number here and the team "
        "will call you back to finish with you.",
    ),
    Rule(
        "thanks",
        r"^(\W|\b(ok|merci|beaucoup|bien|infiniment|a vous|d.accord|parfait|super|top|genial|c.est"
        r"|note|bonne|journee|soiree|thanks|thank|you|great|perfect|bye|au revoir)\b|👍|🙏|❤️|😊)+$",
        SILENCE, COLD, 0.95,
    ),
    Rule(
        "greeting",
        r"^\W*(bonjour|bonsoir|salut|coucou|hello|hi|hey|good (morning|evening))"
        r"( (a vous|madame|monsieur|tout le monde|there|l.atelier))?\W*$",
        REPLY, COLD, 0.97,
        "Bonjour et bienvenue ! Que puis-je faire pour vous : un prix, nos horaires, un atelier ?",
        "Hello and welcome! What can I do for you: a price, our opening hours, a workshop?",
    ),
)  # fmt: skip

TOPICS = (
    Topic("workshop", r"\b(ateliers?\b(?! lumiere)|cours|stages?|initiation|workshops?|class(es)?)",
          r"ateliers?\b(?! lumiere)|workshop", WARM, "{label}\u00a0: {value}.",
          "{label}: {value}."),
    Topic("delivery", r"\b(livr\w+|expedi\w+|envo(i|yer|yez)|colis|deliver\w*|ship\w*)",
          r"livraison|expedition|delivery", WARM, "{label}\u00a0: {value}.", "{label}: {value}."),
    Topic("return", r"\b(retours?|retourner|rendre|echang\w+|returns?)\b",
          r"retours?|return", COLD, "{label}\u00a0: {value}.", "{label}: {value}."),
    Topic("hours", r"\b(ouvert\w*|horaires?|ferm\w+|dimanche|lundi|samedi|quelle heure|open\w*"
          r"|hours?|close\w*|sunday|saturday)",
          r"horaire|hours", COLD, "Nous sommes ouverts {value}.", "Our opening hours: {value}."),
    Topic("address", r"\b(adresse|ou (etes|est|se|vous)|situe\w*|trouver|venir|boutique|where"
          r"|address)",
          r"adresse|address", WARM, "Vous nous trouverez au {value}.",
          "You will find us at {value}."),
    Topic("phone", r"\b(votre (numero|telephone)|vous (appeler|joindre)|your (number|phone)"
          r"|call you)",
          r"telephone|phone", WARM, "Notre téléphone : {value}.", "Our telephone: {value}."),
)  # fmt: skip

CODES = {
    "phone_given": "callback",
    "workshop": "booking",
    "return": "returns",
    "phone": "callback",
    "unknown": "other",
}
"""The intents of our rules in the product's words, where they differ."""
PRICE = r"\b(combien|prix|tarifs?|coute\w*|cout|how much|prices?|costs?)\b"
UNKNOWN = {
    "fr": "Je n'ai pas cette information et je préfère ne pas inventer. Voulez-vous que l'équipe "
    "vous réponde ?",
    "en": "I don't have this information and would rather not invent it. Would you like the team "
    "to answer you?",
}
GIVE_UP = {
    "fr": "Je transmets votre question à l'équipe, qui vous répond ici.",
    "en": "I am passing your question on to the team, who will answer you here.",
}
ENGLISH = (
    r"\b(the|is|are|how|much|what|you|your|do|hello|hi|price|please|thanks?|where|when|open"
    r"|can|i.m)\b"
)
FRENCH = r"\b(le|la|les|est|etes|vous|combien|quel\w*|bonjour|merci|prix|je|une?|des?|svp|avez)\b"
FACT = re.compile(r"^\s*- (?P<label>[^:\n]{2,80}?) : (?P<value>.+?)\s*$", re.MULTILINE)
SHORTEST_WORD = 4


@dataclass(frozen=True)
class Talk:
    """What the rules look at: the unanswered words, our last answer, the known facts."""

    text: str
    last_answer: str
    facts: Mapping[str, str]


def answer(talk: Talk) -> dict[str, Any]:
    """Return the answer's fields: action, text, intent, interest, confidence, language."""
    words = folded(talk.text)
    language = _language(words)
    rule = next((rule for rule in RULES if re.search(rule.pattern, words)), None)
    if rule:
        facts = " ".join(_named_products(words, talk.facts))
        text = getattr(rule, language).replace("{facts}", facts + " " if facts else "")
        return _fields(
            rule.action,
            text,
            rule.intent,
            rule.confidence,
            language,
            level=rule.level,
            evidence=[] if rule.level == COLD else _quotes(talk.text, rule.pattern),
        )
    return _topics(talk, words, language) or _unknown(talk, language)


def facts_in(instructions: str) -> dict[str, str]:
    """Return the facts written in the instructions as lines `- label : value`."""
    return {found["label"]: found["value"].rstrip(".") for found in FACT.finditer(instructions)}


def folded(text: str) -> str:
    """Return the text in lower case, without accents, with plain apostrophes."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("\u2019", "'"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _topics(talk: Talk, words: str, language: str) -> dict[str, Any] | None:
    sentences, found = [], []
    for topic in TOPICS:
        lines = _labelled(topic.fact, talk.facts) if re.search(topic.pattern, words) else []
        if lines:
            found.append((topic.intent, topic.level, topic.pattern))
            sentences += [getattr(topic, language).format(label=k, value=v) for k, v in lines]
    products = _named_products(words, talk.facts)
    asked = re.search(PRICE, words)
    if products or (asked and not found):
        sentences = (products or _all_products(talk.facts)) + sentences
        found.insert(0, ("price" if asked else "product", WARM, PRICE))
    if not sentences:
        return None
    level = WARM if any(level == WARM for _, level, _ in found) else COLD
    quotes = _quotes(talk.text, "|".join(p for _, _, p in found)) if level == WARM else []
    text = _hello(talk, words, language) + " ".join(sentences)
    return _fields(REPLY, text, found[0][0], 0.9, language, level=level, evidence=quotes)


def _unknown(talk: Talk, language: str) -> dict[str, Any]:
    if UNKNOWN[language] in talk.last_answer:
        return _fields(HANDOFF, GIVE_UP[language], "unknown", 0.6, language)
    text = _hello(talk, folded(talk.text), language) + UNKNOWN[language]
    return _fields(REPLY, text, "unknown", 0.5, language)


def _hello(talk: Talk, words: str, language: str) -> str:
    if talk.last_answer or not re.match(r"\W*(bonjour|bonsoir|salut|coucou|hello|hi|hey)\b", words):
        return ""
    return {"fr": "Bonjour ! ", "en": "Hello! "}[language]


def _labelled(pattern: str, facts: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(label, value) for label, value in facts.items() if re.search(pattern, folded(label))]


def _all_products(facts: Mapping[str, str]) -> list[str]:
    other = "|".join(topic.fact for topic in TOPICS)
    return [
        f"{label}\u00a0: {value}."
        for label, value in facts.items()
        if "€" in value and not re.search(other, folded(label))
    ]


def _named_products(words: str, facts: Mapping[str, str]) -> list[str]:
    long = [word for word in re.findall(r"\w+", words) if len(word) >= SHORTEST_WORD]
    heard = tuple(word.rstrip("s") for word in long)
    return [
        line
        for line in _all_products(facts)
        if any(
            word.startswith(heard) and word != "poser"
            for word in re.findall(r"\w+", folded(line.partition("\u00a0: ")[0]))
        )
    ]


def _quotes(text: str, pattern: str) -> list[str]:
    parts = [part.strip() for part in re.split(r"(?<=[.!?\n])\s+|\n", text) if part.strip()]
    return [part for part in parts if re.search(pattern, folded(part))][:3]


def _language(words: str) -> str:
    return "en" if len(re.findall(ENGLISH, words)) > len(re.findall(FRENCH, words)) else "fr"


def _fields(
    action: str, text: str, intent: str, confidence: float, language: str, **interest: Any
) -> dict[str, Any]:
    return {
        "action": action,
        "text": text,
        "intent": CODES.get(intent, intent),
        "interest": {"level": COLD, "evidence": [], **interest},
        "confidence": confidence,
        "language": language,
    }
