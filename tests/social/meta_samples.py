"""The fact sheet's 66 sample calls of Meta, each with the contract that it must become.

Written by hand from the sheet (meta.md, sections 4 and 5), in its order and with its numbers.
"""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from social.contracts import (
    COMMENT,
    ControlChange,
    Echo,
    Edit,
    Event,
    Ignored,
    InboundMessage,
    Reaction,
    Referral,
    Removal,
    StatusUpdate,
)

FOLDER = Path(__file__).parent.parent / "fixtures" / "meta"
APP_ID = "998877665544332"
M, I = "messenger", "instagram"  # noqa: E741
PAGE, POST, ZOE, OTHER = (
    "104857600012345",
    "104857600012345_555000111",
    "7012345678901234",
    "7098765432109876",
)
GRAM, MEDIA, ZOE_M, LEO = (
    "17841400112233445",
    "18050011122233344",
    "1122334455667788",
    "2233445566778899",
)


def at(milliseconds: int = 0) -> datetime:
    """The sheet's noon, and so many milliseconds."""
    return datetime.fromtimestamp(1794819600 + milliseconds / 1000, tz=UTC)


page = partial(InboundMessage, M, PAGE, ZOE)
gram = partial(InboundMessage, I, GRAM, ZOE_M)
page_echo = partial(Echo, M, PAGE, ZOE)
gram_echo = partial(Echo, I, GRAM, ZOE_M)


def only(kind: str, **more: Any) -> tuple[dict[str, Any], ...]:
    return ({"type": kind, **more},)


def comment(kind: str, contact: str, mid: str, text: str, sent: int, **more: Any) -> InboundMessage:
    account, post = (PAGE, POST) if kind == M else (GRAM, MEDIA)
    values = {"kind": COMMENT, "post_external_id": post, **more}
    return InboundMessage(kind, account, contact, mid, text, at(sent), **values)


SAMPLES: list[tuple[str, list[list[Event]]]] = [
    (
        "4.01-text",
        [
            [page("m_fr_0001", "Bonjour, êtes-vous ouverts dimanche ?", at())],
            [
                page(
                    "m_fr_0002",
                    "Oui, celle-là en taille 38",
                    at(61_000),
                    quoted_external_id="m_out_0007",
                )
            ],
            [
                page("m_fr_0003", "C’est combien la livraison à Lyon ?", at()),
                InboundMessage(M, PAGE, OTHER, "m_fr_0004", "Merci 🙏", at(400)),
            ],
            [page("m_fr_0001", "Bonjour, êtes-vous ouverts dimanche ?", at())],
        ],
    ),
    (
        "4.02-attachments",
        [
            [page("m_fr_0010", "", at(), attachments=only("image"))],
            [page("m_fr_0011", "", at(), attachments=only("sticker"))],
            [page("m_fr_0012", "", at(), attachments=only("audio"))],
            [
                page(
                    "m_fr_0013",
                    "Vous avez encore ce modèle ? https://exemple.fr/robe",
                    at(),
                    attachments=only("fallback", title="Robe d’été"),
                )
            ],
        ],
    ),
    (
        "4.03-quick-replies",
        [
            [page("m_fr_0020", "Suivre ma commande", at(), payload="SUIVI_COMMANDE")],
            [page("m_fr_0021", "Non merci", at(), payload="REFUS")],
        ],
    ),
    (
        "4.04-postbacks",
        [
            [page("m_fr_0030", "Démarrer", at(), payload="GET_STARTED")],
            [page("m_fr_0031", "Parler à un conseiller", at(), payload="HUMAIN")],
            [
                page(
                    "m_fr_0032",
                    "Démarrer",
                    at(),
                    payload="GET_STARTED",
                    origin="ADS · soldes_hiver · Soldes d’hiver",
                )
            ],
        ],
    ),
    (
        "4.05-echoes",
        [
            [
                page_echo(
                    "m_out_0100",
                    "Bonjour ! Oui, de 10 h à 18 h.",
                    at(),
                    reference="outbox:5b1c2a9e",
                    ours=True,
                )
            ],
            [page_echo("m_out_0101", "Je prends le relais, Camille.", at(5_000))],
            [page_echo("m_out_0102", "", at(9_000), ours=True)],
        ],
    ),
    (
        "4.06-deliveries",
        [
            [StatusUpdate(M, PAGE, ZOE, "delivered", ("m_out_0100",), at(700))],
            [StatusUpdate(M, PAGE, ZOE, "delivered", (), at(900))],
        ],
    ),
    (
        "4.07-reads",
        [
            [StatusUpdate(M, PAGE, ZOE, "read", (), at(19_000))],
            [StatusUpdate(M, PAGE, ZOE, "read", (), at(9_000))],
        ],
    ),
    (
        "4.08-reactions",
        [
            [Reaction(M, PAGE, ZOE, "m_out_0100", "❤️", at())],
            [Reaction(M, PAGE, ZOE, "m_out_0100", "", at(3_000))],
        ],
    ),
    (
        "4.09-edits",
        [
            [Edit(M, PAGE, "m_fr_0001", "Bonjour, êtes-vous ouverts lundi ?", at(15_000))],
            [Edit(M, PAGE, "m_fr_0001", "Bonjour, êtes-vous ouverts lundi matin ?", at(25_000))],
        ],
    ),
    (
        "4.10-referrals",
        [
            [Referral(M, PAGE, ZOE, "SHORTLINK · vitrine_paris", at())],
            [Referral(M, PAGE, ZOE, "ADS · promo_noel · Idées cadeaux", at())],
        ],
    ),
    (
        "4.11-standby",
        [
            [page("m_fr_0040", "Allô ?", at(), standby=True)],
            [page("m_fr_0041", "Parler à un conseiller", at(), standby=True)],
        ],
    ),
    (
        "4.11-handover",
        [
            [ControlChange(M, PAGE, ZOE, True, at())],
            [ControlChange(M, PAGE, ZOE, False, at())],
            [Ignored("control_requested")],
        ],
    ),
    (
        "4.12-page-comments",
        [
            [comment(M, ZOE, "555000111_9001", "Quel est le prix ?", 0, contact_name="Zoé Martin")],
            [
                comment(
                    M,
                    "",
                    "555000111_9002",
                    "Moi aussi ça m’intéresse",
                    60_000,
                    parent_external_id="555000111_9001",
                )
            ],
            [Edit(M, PAGE, "555000111_9001", "Quel est le prix svp ?", at())],
            [Removal(M, PAGE, "555000111_9002", at())],
            [
                Echo(
                    M,
                    PAGE,
                    "",
                    "555000111_9003",
                    "Bonjour Zoé, 39 €.",
                    at(90_000),
                    kind=COMMENT,
                    post_external_id=POST,
                    parent_external_id="555000111_9001",
                )
            ],
        ],
    ),
    (
        "5.01-messages",
        [
            [gram("aWdfZAG_fr_0001", "Coucou, il reste du bleu ?", at())],
            [gram("aWdfZAG_fr_0002", "Trop beau 😍", at(), quoted_external_id="story")],
            [gram("aWdfZAG_fr_0003", "", at(), attachments=only("story_mention"))],
            [gram("aWdfZAG_fr_0004", "", at(), attachments=only("unsupported"))],
            [
                gram(
                    "aWdfZAG_fr_0005",
                    "",
                    at(),
                    attachments=only("ig_post"),
                    quoted_external_id="aWdfZAG_out_0009",
                )
            ],
        ],
    ),
    (
        "5.02-echoes",
        [
            [gram_echo("aWdfZAG_out_0010", "Bonjour ! Oui, en S et M.", at())],
            [gram_echo("aWdfZAG_out_0011", "Je vous le garde ?", at(4_000))],
        ],
    ),
    (
        "5.03-unsends",
        [
            [Removal(I, GRAM, "aWdfZAG_fr_0001", at(60_000))],
            [Removal(I, GRAM, "aWdfZAG_out_0011", at(61_000))],
        ],
    ),
    (
        "5.04-reactions",
        [
            [Reaction(I, GRAM, ZOE_M, "aWdfZAG_out_0010", "❤", at())],
            [Reaction(I, GRAM, ZOE_M, "aWdfZAG_out_0010", "", at(2_000))],
        ],
    ),
    (
        "5.04-seen",
        [
            [StatusUpdate(I, GRAM, ZOE_M, "read", ("aWdfZAG_out_0010",))],
            [StatusUpdate(I, GRAM, LEO, "read", ("aWdfZAG_out_0044",))],
        ],
    ),
    (
        "5.04-buttons",
        [
            [gram("aWdfZAG_fr_0020", "Quels sont vos horaires ?", at(), payload="HORAIRES")],
            [gram("aWdfZAG_fr_0021", "Oui", at(), payload="OUI")],
            [Referral(I, GRAM, ZOE_M, "SHORTLINK · bio", at())],
        ],
    ),
    (
        "5.05-changes",
        [
            [Edit(I, GRAM, "aWdfZAG_fr_0001", "Coucou, il reste du vert ?", at(30_000))],
            [Reaction(I, GRAM, ZOE_M, "aWdfZAG_out_0010", "love", at(35_000))],
        ],
    ),
    ("5.06-dashboard", [[Ignored("dashboard_test")], [Ignored("dashboard_test")]]),
    (
        "5.07-comments",
        [
            [
                comment(
                    I,
                    ZOE_M,
                    "17900000000000001",
                    "Vous livrez en Belgique ?",
                    0,
                    contact_handle="zoe.m",
                )
            ],
            [
                comment(
                    I,
                    LEO,
                    "17900000000000002",
                    "Même question !",
                    20_000,
                    contact_handle="leo_b",
                    parent_external_id="17900000000000001",
                )
            ],
            [
                Echo(
                    I,
                    GRAM,
                    "",
                    "17900000000000003",
                    "@zoe.m oui, en 3 jours.",
                    at(40_000),
                    kind=COMMENT,
                    post_external_id=MEDIA,
                    parent_external_id="17900000000000001",
                )
            ],
            [
                comment(
                    I,
                    LEO,
                    "17900000000000004",
                    "Prix ?",
                    50_000,
                    contact_handle="leo_b",
                    origin="AD · Soldes",
                )
            ],
        ],
    ),
    (
        "5.08-comments-on-entry",
        [
            [
                comment(
                    I,
                    ZOE_M,
                    "17900000000000011",
                    "Superbe, c’est en boutique ?",
                    0,
                    contact_handle="zoe.m",
                )
            ],
            [
                comment(
                    I,
                    LEO,
                    "17900000000000012",
                    "Oui je l’ai vu à Nantes",
                    5_000,
                    contact_handle="leo_b",
                    parent_external_id="17900000000000011",
                )
            ],
        ],
    ),
    (
        "5.09-live-and-mentions",
        [
            [
                comment(
                    I,
                    ZOE_M,
                    "17900000000000021",
                    "Bonjour depuis Lille !",
                    0,
                    contact_handle="zoe.m",
                    origin="LIVE",
                )
            ],
            [Ignored("mention_without_text")],
        ],
    ),
    (
        "5.10-standby-and-handover",
        [
            [gram("aWdfZAG_fr_0050", "Il y a quelqu’un ?", at(), standby=True)],
            [ControlChange(I, GRAM, ZOE_M, True, at())],
        ],
    ),
]


def lines(name: str) -> list[bytes]:
    """The sample calls of one section, as the bytes that would arrive."""
    return (FOLDER / f"{name}.jsonl").read_bytes().splitlines()


def numbered() -> list[tuple[str, bytes, list[Event]]]:
    """Every sample of sections 4 and 5: its number and section, its bytes, its contracts."""
    rows = [
        (name, body, expected)
        for name, all_expected in SAMPLES
        for body, expected in zip(lines(name), all_expected, strict=True)
    ]
    return [(f"{n}: {name}", body, expected) for n, (name, body, expected) in enumerate(rows, 1)]
