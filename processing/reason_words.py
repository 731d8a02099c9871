"""The codes that stand inside reasons, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

RISKS: dict[str, Promise] = {
    "health": _("somebody's health or safety"),
    "violence": _("violence"),
    "minors": _("a child"),
    "legal": _("a legal matter"),
    "payment": _("a disputed payment"),
    "privacy": _("personal data"),
    "press": _("the press"),
    "anger": _("great anger"),
}
FAULTS: dict[str, Promise] = {
    "link_not_allowed": _("a link that is not the business's"),
    "leaks_instructions": _("its own instructions"),
    "other_person": _("somebody else's data"),
    "perhaps_a_person": _("a word that is also somebody's name"),
    "invisible": _("invisible characters"),
    "coded": _("something coded"),
    "placeholder": _("a blank to be filled in"),
    "markup": _("markup"),
    "wrong_language": _("another language"),
    "relative_date": _("a day without its date"),
}
LEVELS: dict[str, Promise] = {"hot": _("hot"), "warm": _("warm"), "cold": _("cold")}
STAGES: dict[str, Promise] = {
    "new": _("new"),
    "contacted": _("contacted"),
    "won": _("won"),
    "lost": _("lost"),
}
CATEGORIES: dict[str, Promise] = {
    "lead": _("lead"),
    "sales_pitch": _("sales pitch"),
    "recruiting": _("recruiting"),
    "personal": _("personal"),
    "unsure": _("unsure"),
}
