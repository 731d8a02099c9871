"""What LinkedIn's pages say, in French and in English, by what it is needed for.

Which language a page has is a setting of the member's LinkedIn account; no browser setting changes
it (linkedin.md 3). All of them are second-hand, the French ones are nobody's proof: what decides
about a session or a recipient never hangs on a phrase alone. Pure.
"""

from dataclasses import dataclass
from datetime import date

SHEET = date(2026, 11, 22)
RESTRICTED, TOO_MANY, CANNOT_MESSAGE = "restricted", "too_many_requests", "cannot_message"
SEND, LIST, SELECT, YOU = "send", "conversation_list", "select_conversation", "you"
WRITE, MORE, SIGN_IN = "write_message", "load_more", "sign_in"


@dataclass(frozen=True)
class Phrase:
    """One wording, and where it comes from; `verified` is the day of that source."""

    text: str
    language: str
    source: str = "linkedin.md 3"
    verified: date = SHEET


def _english(*texts: str, source: str = "linkedin.md 3") -> tuple[Phrase, ...]:
    return tuple(Phrase(text, "en", source) for text in texts)


def _french(*texts: str) -> tuple[Phrase, ...]:
    return tuple(Phrase(text, "fr", "our translation, not seen on the site") for text in texts)


PHRASES: dict[str, tuple[Phrase, ...]] = {
    RESTRICTED: _english(
        "account restricted",
        "your account has been restricted",
        "your account has been temporarily restricted",
        "your account is restricted",
        source="linkedin.md 5",
    )
    + _french(
        "compte restreint",
        "votre compte a été restreint",
        "votre compte a été temporairement restreint",
        "votre compte est restreint",
        "l'accès à votre compte a été restreint",
    ),
    TOO_MANY: _english("too many requests", source="linkedin.md 5")
    + _french("trop de requêtes", "trop de demandes"),
    CANNOT_MESSAGE: _english(
        "you can't message", "you can no longer message", "you can't send a message"
    )
    + _french(
        "vous ne pouvez pas envoyer de message",
        "vous ne pouvez plus envoyer de message",
        "vous ne pouvez pas contacter",
    ),
    SEND: _english("Send") + _french("Envoyer"),
    LIST: _english("Conversation List")
    + _french("Liste des conversations", "Liste de conversations"),
    SELECT: _english("Select conversation with")
    + _french("Sélectionner la conversation avec", "Sélectionnez la conversation avec"),
    YOU: _english("You:") + _french("Vous :", "Vous:"),
    WRITE: _english("Write a message")
    + _french(
        "Rédigez un message", "Rédiger un message", "Écrivez un message", "Écrire un message"
    ),
    MORE: _english("Load more conversations")
    + _french("Charger plus de conversations", "Afficher plus de conversations"),
    SIGN_IN: _english(
        "Sign in | LinkedIn", "Sign Up | LinkedIn", "LinkedIn Login", source="linkedin.md 5"
    )
    + _french("S'identifier | LinkedIn", "S'inscrire | LinkedIn", "Inscription | LinkedIn"),
}
ON_PAGES = (RESTRICTED, TOO_MANY, CANNOT_MESSAGE)
LONGEST_PAGE = 200_000


def texts(purpose: str) -> tuple[str, ...]:
    """Return the wordings of one purpose, in their order; raises KeyError of an unknown one."""
    return tuple(phrase.text for phrase in PHRASES[purpose])


def plain(text: str) -> str:
    """Return `text` with one kind of apostrophe, dash and space, in small letters."""
    straight = text.replace("\u2019", "'").replace("\u02bc", "'").replace("\u2018", "'")
    return " ".join(straight.casefold().split())


def found(page: str) -> frozenset[str]:
    """Return which of ON_PAGES the text of a page says; what it says of others is for `judge`."""
    said = plain(page[:LONGEST_PAGE])
    return frozenset(
        purpose for purpose in ON_PAGES if any(plain(one) in said for one in texts(purpose))
    )


def is_sign_in(title: str) -> bool:
    """Tell whether a page's whole title is that of a way in."""
    said = plain(title)
    return any(said == plain(one) or said.startswith(f"{plain(one)},") for one in texts(SIGN_IN))


def name_in(label: str) -> str:
    """Return whom a row's label names ("Select conversation with Anna Meyer"); "" of no such."""
    said = " ".join(label.split())
    for phrase in texts(SELECT):
        if said.casefold().startswith(f"{phrase.casefold()} "):
            return said[len(phrase) :].strip()
    return ""


def without_you(snippet: str) -> tuple[bool, str]:
    """Return whether a row's snippet begins with "You:", and the rest of it."""
    said = " ".join(snippet.split())
    for phrase in texts(YOU):
        if said.casefold().startswith(phrase.casefold()):
            return True, said[len(phrase) :].strip()
    return False, said
