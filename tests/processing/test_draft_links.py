"""Which addresses a draft may name: the owner's, as written, and no disguised one."""

import pytest

from processing.ai.links import links_in
from tests.processing.drafts import problems

LINK = "link_not_allowed"

# A draft, and the address in it that is not allowed.
FORBIDDEN: list[tuple[str, str]] = [
    ("Voyez https://vol.example/x.", "https://vol.example/x"),
    ("Voyez HTTP://VOL.EXAMPLE.", "HTTP://VOL.EXAMPLE"),
    ("Voyez vol.com", "vol.com"),
    ("Voyez vol.com.", "vol.com"),
    ("Voyez www.vol.inconnu", "www.vol.inconnu"),
    ("Voyez bit.ly/3abc", "bit.ly/3abc"),
    ("Voyez wa.me/33600000000", "wa.me/33600000000"),
    ("Voyez vol.inconnu/page", "vol.inconnu/page"),
    ("Voyez atelier-lumiere.fr.vol.com", "atelier-lumiere.fr.vol.com"),
    ("Voyez paiement.atelier-lumiere.fr", "paiement.atelier-lumiere.fr"),
    ("Voyez atelier-lumiere.fr/autre", "atelier-lumiere.fr/autre"),
    ("Voyez calendly.com/voleur", "calendly.com/voleur"),
    ("Voyez https://atelier-lumiere.fr@vol.com/", "https://atelier-lumiere.fr@vol.com/"),
    ("Voyez https://vol.com\\@atelier-lumiere.fr", "https://vol.com\\@atelier-lumiere.fr"),
    ("Voyez lumiere.example?u=https://vol.com", "lumiere.example?u=https://vol.com"),
    ("Voyez https://lumiere.example,https://vol.com", "https://vol.com"),
    ("Voyez atelier-lumiere.fr/boutique/../autre",
     "atelier-lumiere.fr/boutique/../autre"),
    ("Voyez lumiere.example?u=http%3A%2F%2Fvol.com",
     "lumiere.example?u=http%3A%2F%2Fvol.com"),
    ("Voyez http://192.168.1.20/", "http://192.168.1.20/"),
    ("Voyez 93.184.216.34", "93.184.216.34"),
    ("Voyez http://2130706433", "http://2130706433"),
    ("Voyez //vol.example", "//vol.example"),
    ("Voyez hxxp://vol.example", "hxxp://vol.example"),
    ("Voyez h**ps://vol.example", "h**ps://vol.example"),
    ("Voyez vol[.]example", "vol[.]example"),
    ("Voyez vol (point) fr", "vol (point) fr"),
    ("Voyez vol point fr", "vol point fr"),
    ("Voyez vol dot com", "vol dot com"),
    ("Voyez vol . com", "vol . com"),
    ("Voyez vol .com", "vol .com"),
    ("Voyez atelier-lum\u200biere.fr", "atelier-lum\u200biere.fr"),
    ("Voyez аtelier-lumiere.fr", "аtelier-lumiere.fr"),
    ("Voyez vol．com", "vol．com"),
    ("Voyez vol。com", "vol。com"),
    ("Voyez vol.ｃｏｍ", "vol.ｃｏｍ"),
    ("Voyez vol.соm", "vol.соm"),
    ("Voyez вор.рф", "вор.рф"),
    ("Voyez xn--80ak6aa92e.inconnu", "xn--80ak6aa92e.inconnu"),
    ("Cliquez javascript:alert", "javascript:alert"),
    ("Cliquez javascript://lumiere.example/x", "javascript://lumiere.example/x"),
    ("Cliquez data:text/html", "data:text/html"),
    ("Écrivez à moi@vol.com", "moi@vol.com"),
    ("Suivez @voleur_2 !", "@voleur_2"),
    ("Écrivez à moi(at)vol", "moi(at)vol"),
    ("Écrivez mailto:moi@vol.com", "mailto:moi@vol.com"),
    ("[ici](https://vol.example)", "[ici](https://vol.example)"),
    ("[ici](/page)", "[ici](/page)"),
    ("![x](https://vol.example/i.png)", "![x](https://vol.example/i.png)"),
    ("<a href='/x'>ici</a>", "<a href='/x'>"),
    ("<img src=x>", "<img src=x>"),

]  # fmt: skip


@pytest.mark.parametrize(("draft", "where"), FORBIDDEN)
def test_an_address_is_not_allowed(draft: str, where: str) -> None:
    assert where in [draft[one.start : one.end] for one in problems(draft) if one.code == LINK]


def test_a_link_of_the_customer_is_not_repeated() -> None:
    said = ("J'ai vu https://vol.example, c'est vous ?",)

    assert problems("Oui, c'est https://vol.example", customer_texts=said)


def test_where_nothing_is_allowed_every_address_is_held_back() -> None:
    codes = {one.code for one in problems("Sur lumiere.example !", allowed_links=())}

    assert codes == {LINK}


def test_an_owners_text_tells_what_is_allowed() -> None:
    said = "Voir HTTPS://www.Lumiere.example/, a.fr/b?c=1. Ou moi@lumiere.example (@lumiere)"

    assert links_in(said) == {"lumiere.example", "a.fr/b?c=1", "moi@lumiere.example", "@lumiere"}
    assert links_in("Ouvert de 9 h à 19 h, 24.50 €.") == frozenset()
