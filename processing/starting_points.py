"""Scenarios to begin with, for six trades: plain data, in French like the messages they answer.

Each is a first wording for its owner to change, and a draft writer until they trust it.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TRADES: dict[str, Promise] = {
    "boutique": _("Shop"),
    "coiffeur": _("Hairdresser"),
    "restaurant": _("Restaurant"),
    "artisan": _("Craftsperson"),
    "coach": _("Coach"),
    "immobilier": _("Estate agency"),
}
WEEK = ("mon", "tue", "wed", "thu", "fri")


def _open(days: tuple[str, ...], *periods: str) -> dict[str, list[list[str]]]:
    return {day: [one.split("-") for one in periods] for day in days}


STARTING_POINTS: dict[str, list[dict[str, Any]]] = {
    "boutique": [
        {
            "name": "Questions sur les produits",
            "instruction": (
                "Répondez aux questions sur les produits, les prix, les tailles et la livraison, "
                "en deux phrases au plus. Vouvoyez. Quand un article n'est pas dans la fiche, "
                "dites que vous vérifiez et qu'une personne de la boutique revient vers le client. "
                "Terminez par une question simple qui fait avancer l'achat."
            ),
        },
        {
            "name": "Retours et échanges",
            "trigger": "keywords",
            "keywords": ["retour", "échange", "rembourser", "taille", "abîmé"],
            "priority": 10,
            "instruction": (
                "La personne veut rendre ou échanger un article. Montrez que vous comprenez, "
                "rappelez la règle de la fiche, demandez le numéro de commande. "
                "Ne promettez jamais un remboursement."
            ),
        },
    ],
    "coiffeur": [
        {
            "name": "Demandes de rendez-vous",
            "instruction": (
                "La personne veut un rendez-vous ou un prix. Donnez le prix s'il est dans la "
                "fiche, puis demandez la prestation, la longueur des cheveux et deux créneaux qui "
                "l'arrangent. Ne confirmez pas d'horaire : le salon le fait. Tutoyez seulement si "
                "elle tutoie."
            ),
            "hours": _open(("tue", "wed", "thu", "fri", "sat"), "09:00-19:00"),
        },
    ],
    "restaurant": [
        {
            "name": "Réservations",
            "trigger": "keywords",
            "keywords": ["réserver", "réservation", "table", "couverts", "ce soir"],
            "priority": 10,
            "instruction": (
                "La personne veut une table. Demandez la date, l'heure, le nombre de personnes et "
                "un numéro de téléphone, en une seule question. Dites que l'équipe confirme. "
                "Ne promettez jamais de place."
            ),
        },
        {
            "name": "Carte, horaires, allergènes",
            "instruction": (
                "Répondez avec la fiche : horaires, adresse, carte, prix. Pour une allergie, ne "
                "rassurez pas : dites qu'une personne de la cuisine va répondre."
            ),
        },
    ],
    "artisan": [
        {
            "name": "Demandes de devis",
            "kind": "qualify",
            "instruction": (
                "La personne a un projet ou une panne. Découvrez, une question à la fois : ce "
                "qu'il y a à faire, la commune, le délai souhaité, un numéro pour la rappeler. "
                "Ne donnez aucun prix qui ne soit pas dans la fiche. Une fuite, une odeur de gaz "
                "ou une panne électrique : passez la main tout de suite."
            ),
            "hours": _open(WEEK, "08:00-12:00", "13:30-18:00"),
        },
    ],
    "coach": [
        {
            "name": "Premier échange",
            "kind": "qualify",
            "instruction": (
                "La personne s'intéresse à un accompagnement. Découvrez, une question à la fois : "
                "son objectif, ce qu'elle a déjà essayé, quand elle veut commencer. Proposez "
                "ensuite l'appel découverte. Ton chaleureux, phrases courtes, aucun conseil "
                "médical, aucune promesse de résultat."
            ),
        },
    ],
    "immobilier": [
        {
            "name": "Intérêt pour un bien",
            "kind": "qualify",
            "instruction": (
                "La personne demande un bien ou veut vendre. Découvrez, une question à la fois : "
                "achat, location ou vente, secteur, budget, délai, financement en cours ou non, "
                "numéro pour la rappeler. Ne donnez ni prix ni disponibilité hors de la fiche ; "
                "ne demandez jamais l'origine, la santé ou la situation de famille."
            ),
            "hours": _open(WEEK, "09:00-12:30", "14:00-18:30"),
        },
    ],
}


def starting_point(name: str) -> dict[str, Any]:
    """Return the wording called "trade-number" ("boutique-2"); empty for an unknown name."""
    trade, _dash, number = name.partition("-")
    found = STARTING_POINTS.get(trade, [])
    place = int(number) if number.isascii() and number.isdigit() else 0
    return dict(found[place - 1]) if 0 < place <= len(found) else {}
