"""A draft checked as in a workspace: what its owner wrote, whom it knows, what it was told."""

from typing import Any

from processing.ai.checks import Problem, problems_of
from processing.ai.links import links_in
from sandbox import demo
from tests.processing.injections import INSTRUCTIONS, OTHER_PEOPLE

OWNER = (
    "Boutique : https://www.atelier-lumiere.fr/boutique/, écrire à contact@atelier-lumiere.fr, "
    "rendez-vous sur lumiere.example ou calendly.com/atelier-lumiere, Instagram @atelier.lumiere"
)
FACTS = (*(f"{label} : {value}" for label, value in demo.FACTS), demo.BUSINESS_PROFILE, OWNER)
SECRETS = (INSTRUCTIONS, demo.SCENARIO_INSTRUCTION)
PEOPLE = (
    *OTHER_PEOPLE,
    "Rose",
    "Merci",
    "Le Perchoir",
    "Lê Văn Nam",
    "+44 20 7946 0958",
    "@nils_b",
)


def problems(text: str, **changes: Any) -> tuple[Problem, ...]:
    values: dict[str, Any] = {
        "allowed_links": links_in(OWNER),
        "customer_texts": ("Bonjour, mon mail est zoe.petit@courriel.example, 07 00 00 00 01.",),
        "text_limit": 1000,
        "in_bytes": True,
        "customer_language": "fr",
        "other_people": PEOPLE,
        "secrets": SECRETS,
        "facts": FACTS,
    }
    return problems_of(text, **{**values, **changes})
