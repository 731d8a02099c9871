"""Words as people type them: accents, apostrophes, plurals and invisible marks do not matter."""

import re
import unicodedata
from functools import lru_cache


def vocabulary(words: str) -> frozenset[str]:
    """Return the words of a line as a set."""
    return frozenset(words.split())


LIGATURES = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ø": "o", "Ø": "o",
                           "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "™": " ",
                           "®": " ", "©": " "})  # fmt: skip
LOOKALIKES = str.maketrans("аеорсухкмтвніјѕԁһԛѡαορτυκνιε", "aeopcyxkmtbhijsdhqwaoptykvie")
"""Small Cyrillic and Greek letters that look like Latin ones."""

SHORTENED = {
    "jveux": "je veux", "jveu": "je veux", "jeveux": "je veux", "veu": "veux", "jvais": "je vais",
    "jvai": "je vais", "vai": "vais", "jsuis": "je suis", "chui": "je suis", "chuis": "je suis",
    "jai": "j ai", "jen": "j en", "jme": "je me", "jsouhaite": "je souhaite", "cest": "c est",
    "vs": "vous", "vou": "vous", "aretez": "arretez", "arrettez": "arretez", "arettez": "arretez",
    "arette": "arrete", "ecriver": "ecrivez", "ecrive": "ecrivez",
    "ecriv": "ecrivez", "mecrire": "m ecrire", "mecrivez": "m ecrivez", "mecrit": "m ecris",
    "menvoyer": "m envoyer", "menvoyez": "m envoyez", "tranquil": "tranquille",
    "tranquile": "tranquille", "msgs": "messages", "msg": "messages",
    "wanna": "want to", "gonna": "going to", "im": "i m", "dont": "don t", "jappelle": "j appelle",
}  # fmt: skip
"""What people type for it: SMS French and common slips, without accents."""

# Singular already, or plural only: without the last letter they would be other words.
INVARIABLE = vocabulary(
    "mois fois bois pois trois cours temps pays bras pas dos gros bas gras mars corps sans dans "
    "sous plus moins vous nous tous bus jus cas gaz nez riz prix choix voix noix croix doux roux "
    "faux taux deux mieux avis devis colis tapis souris paris permis radis anis puis mais jamais "
    "francais anglais frais palais relais essais repas succes acces proces expres tres pres apres "
    "alors toujours ailleurs fonds sens os as us ours secours discours parcours concours vers ses "
    "mes tes les des lys tennis oasis iris vis paradis is was his this yes its has does news"
)
IRREGULAR = {
    "oeil": "yeux", "ciel": "cieux", "monsieur": "messieurs", "madame": "mesdames",
    "man": "men", "woman": "women", "child": "children", "foot": "feet", "tooth": "teeth",
    "knife": "knives", "shelf": "shelves", "leaf": "leaves", "scarf": "scarves",
}  # fmt: skip
BACK = {plural: singular for singular, plural in IRREGULAR.items()}

# The end of a word and what may stand in its place; the first letters stay at least three long.
ENDINGS = (
    ("", "s"), ("s", ""), ("eau", "eaux"), ("eaux", "eau"), ("au", "aux"), ("eu", "eux"),
    ("eux", "eu"), ("ou", "oux"), ("oux", "ou"), ("al", "aux"), ("aux", "al"), ("ail", "aux"),
    ("aux", "ail"), ("aux", "au"), ("y", "ies"), ("ies", "y"), ("ch", "ches"), ("ches", "ch"),
    ("sh", "shes"), ("shes", "sh"), ("x", "xes"), ("xes", "x"), ("ss", "sses"), ("sses", "ss"),
)  # fmt: skip
SHORTEST = 3


def folded(text: str) -> str:
    """Return `text` in small letters without accents: words and symbols, one space between.

    Apostrophes and punctuation part words; invisible characters, variation marks and skin tones
    vanish; œ and æ are two letters; every emoji is a word of its own. Digits keep their script's
    plain form ("²" is "2").
    """
    plain = unicodedata.normalize("NFKD", text.translate(LIGATURES)).casefold()
    return " ".join("".join(_kept(one) for one in unicodedata.normalize("NFKD", plain)).split())


def latin(text: str) -> str:
    """Return `text` folded to a-z, 0-9 and spaces, look-alikes of other alphabets read as Latin."""
    letters = folded(text).translate(LOOKALIKES)
    kept = (one if one.isascii() and one.isalnum() else " " for one in letters)
    return " ".join("".join(kept).split())


def spelled_out(text: str) -> str:
    """Return `latin` text with what people shorten or misspell in messages written out."""
    words = latin(text).split()
    if len(words) > 1 and all(len(word) == 1 for word in words):
        return "".join(words)
    return " ".join(SHORTENED.get(word, word) for word in words)


def mentions(text: str, keywords: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return those of `keywords` that `text` contains, as the owner wrote them, in their order.

    Whole words only, singular and plural alike; a keyword of several words is found where they
    stand side by side; an emoji is a word. A keyword of punctuation alone is never found.
    """
    words = folded(text).split()
    known = frozenset(words)
    return tuple(one for one in keywords if _stands_in(folded(one), words, known))


def _stands_in(keyword: str, words: list[str], known: frozenset[str]) -> bool:
    wanted = [_forms(word) for word in keyword.split()]
    if not wanted or not all(forms & known for forms in wanted):
        return False
    starts = range(len(words) - len(wanted) + 1)
    return any(
        all(words[start + step] in forms for step, forms in enumerate(wanted)) for start in starts
    )


@lru_cache(maxsize=2048)
def _forms(word: str) -> frozenset[str]:
    """Return the singular and plural forms that `word` may have, itself among them."""
    if not word.isalpha() or word in INVARIABLE:
        return frozenset({word})
    others = {IRREGULAR.get(word, word), BACK.get(word, word)}
    for end, other in ENDINGS:
        if end == "s" and word.endswith("ss"):
            continue
        stem = word.removesuffix(end) if end else word
        if word.endswith(end) and len(stem + other) >= SHORTEST:
            others.add(stem + other)
    return frozenset({word, *(others - INVARIABLE)})


def _kept(one: str) -> str:
    """Return what stays of one decomposed character."""
    if one.isascii() and one.isalnum():
        return one
    kind = unicodedata.category(one)
    if kind in {"Mn", "Me", "Mc", "Cf", "Cn"} or "\U0001f3fb" <= one <= "\U0001f3ff":
        return ""
    if kind[0] in "LN":
        return one
    return f" {one} " if kind in {"So", "Sc", "Sm"} or one == "%" else " "


def listed(table: str) -> tuple[str, ...]:
    r"""Return the patterns of a table: two spaces or a line's end part them, a last `\` joins."""
    return tuple(one for one in re.split(r" {2,}|\n *", re.sub(r"\\\n *", "", table)) if one)
