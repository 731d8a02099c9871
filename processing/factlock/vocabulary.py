"""The words around numbers: units, months, days, currencies. Plain text, without accents."""

from decimal import Decimal

CURRENCIES = {
    "€": "EUR", "euro": "EUR", "euros": "EUR", "eur": "EUR", "eurs": "EUR", "balles": "EUR",
    "$": "USD", "dollar": "USD", "dollars": "USD", "usd": "USD", "bucks": "USD",
    "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "quid": "GBP",
    "chf": "CHF", "francs": "CHF",
}  # fmt: skip
CENTS = {"centime", "centimes", "cents", "cent", "ct", "cts"}
PERCENT = {"%", "percent", "pourcent", "pourcents", "pct"}

_MINUTES = {
    "minute": 1, "minutes": 1, "min": 1, "mn": 1, "hour": 60, "hours": 60,
    "jour": 1440, "jours": 1440, "j": 1440, "journee": 1440, "journees": 1440, "day": 1440,
    "days": 1440, "semaine": 10080, "semaines": 10080, "week": 10080, "weeks": 10080,
}  # fmt: skip
_MONTHS = {"mois": 1, "month": 1, "months": 1}
_MONTHS |= dict.fromkeys(("an", "ans", "annee", "annees", "year", "years"), 12)
_LENGTHS = {
    "mm": 1, "millimetre": 1, "millimetres": 1, "cm": 10, "centimetre": 10, "centimetres": 10,
    "m": 1000, "metre": 1000, "metres": 1000, "meter": 1000, "meters": 1000, "km": 10**6,
    "kilometre": 10**6, "kilometres": 10**6, "inch": 25.4, "inches": 25.4,
    "pouce": 25.4, "pouces": 25.4,
}  # fmt: skip
_MASSES = {
    "mg": 0.001, "g": 1, "gr": 1, "gramme": 1, "grammes": 1, "grams": 1, "kg": 1000, "kilo": 1000,
    "kilos": 1000, "kilogramme": 1000, "kilogrammes": 1000,
}  # fmt: skip
_VOLUMES = {
    "ml": 1, "cl": 10, "dl": 100, "l": 1000, "litre": 1000, "litres": 1000,
    "centilitre": 10, "centilitres": 10, "millilitres": 1,
}  # fmt: skip
_FAMILIES = {
    "people": "place places personne personnes participant participants convive convives people"
    " person persons seat seats couverts pers spots",
    "pieces": "piece pieces exemplaire exemplaires unite unites pcs items",
    "times": "fois times x",
    "degrees": "degres degre",
    "watts": "w watt watts",
    "nights": "nuit nuits night nights",
    "street": "rue avenue av boulevard bd quai allee allees chemin impasse route bis ter"
    " street road lane passage faubourg",
}
UNITS: dict[str, tuple[str, Decimal]] = {
    **{word: ("time", Decimal(size)) for word, size in _MINUTES.items()},
    **{word: ("months", Decimal(size)) for word, size in _MONTHS.items()},
    **{word: ("length", Decimal(str(size))) for word, size in _LENGTHS.items()},
    **{word: ("mass", Decimal(str(size))) for word, size in _MASSES.items()},
    **{word: ("volume", Decimal(size)) for word, size in _VOLUMES.items()},
    **{w: (family, Decimal(1)) for family, words in _FAMILIES.items() for w in words.split()},
}
"""Each unit's family and size in the smallest of it: minutes, months, millimetres, grams, ml."""
COUNTED = {"people", "pieces", "times", "nights"}
"""Families of which a source may give the number alone: « on sera deux »."""

HOURS = {"h", "heure", "heures", "hr", "hrs"}
MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier january janv jan", "fevrier february fev fevr feb", "mars march",
            "avril april avr apr", "mai may", "juin june jun", "juillet july juil jul",
            "aout august aug", "septembre september sept sep", "octobre october oct",
            "novembre november nov", "decembre december dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
DAYS = {
    name + plural: number
    for number, names in enumerate(
        (
            "lundi monday", "mardi tuesday", "mercredi wednesday", "jeudi thursday",
            "vendredi friday", "samedi saturday", "dimanche sunday",
        )
    )
    for name in names.split()
    for plural in ("", "s")
}  # fmt: skip
SHORT_DAYS = {
    name: number
    for number, names in enumerate(
        ("lun mon", "mar tue tues", "mer wed", "jeu thu thur", "ven fri", "sam sat", "dim sun")
    )
    for name in names.split()
}
RELATIVE = {
    "demain": 1, "tomorrow": 1, "aujourd": 0, "today": 0, "tonight": 0, "hier": -1,
    "yesterday": -1,
}  # fmt: skip
TO = {"a", "au", "-", "to", "until", "jusqu", "through", ">", "and", "et", "ou", "or", "/", "x"}
ORDINALS = {"er", "ere", "eme", "ieme", "e", "nd", "nde", "st", "th", "rd", "o"}
ENDING = {
    "", "la", "le", "l", "les", "par", "pour", "et", "ou", "a", "au", "ttc", "ht", "seulement",
    "chacun", "chacune", "chaque", "each", "for", "per", "and", "or", "only", "the", "avec",
    "with", "mais", "but", "tout", "net", "en", "dont", "environ", "l'unite",
}  # fmt: skip
"""Words behind a number that are not what it counts: « 89 la lampe », « 89 pour deux »."""

PRICED = {
    "coute", "coutent", "coutera", "coutait", "prix", "tarif", "tarifs", "vaut", "valent", "vendu",
    "vendue", "vendus", "vendues", "montant", "total", "payer", "payez", "paierez", "budget",
    "cost", "costs", "price", "priced", "pay", "comptez", "compter", "facture", "acompte",
}  # fmt: skip
FREE = {"gratuit", "gratuits", "gratuite", "gratuites", "gratuitement", "offert", "offerts"}
FREE |= {"offerte", "offertes", "complimentary"}
SMALL = {"petit", "petits", "petites", "bons", "bonnes", "belles", "beaux", "grands", "grandes"}
SMALL |= {"seuls", "seules", "full", "whole", "little", "mere", "bon", "bonne"}
