"""How interested a contact is, proven by their own words; phone numbers by code, not by model."""

import re
from dataclasses import dataclass

import phonenumbers

from processing.models import Lead, Message

REGION = "FR"
"""Numbers without a country code are read as French; the product is French first."""
FRENCH_FORM = re.compile(r"(?<![\d.,])0[1-9]([ .-]?)\d\d(?:\1\d\d){3}(?![\d,])")
"""Ten digits written as a French number, the same mark between all pairs."""
KEPT_EVIDENCE = 10
WARMTH = (Lead.Level.COLD.value, Lead.Level.WARM.value, Lead.Level.HOT.value)


@dataclass(frozen=True)
class Interest:
    """What the model said of the contact's interest."""

    level: str
    evidence: tuple[str, ...]
    intent: str


@dataclass(frozen=True)
class Noted:
    """The lead as it is now, and whether it is new or changed."""

    lead: Lead
    reason: str


def note_interest(message: Message, interest: Interest) -> Noted:
    """Update the contact's lead from one message.

    Only quotes that the contact really wrote count; a level above cold without one is not
    believed. A phone number is itself a sign, so its owner is never cold.
    """
    contact = message.conversation.contact
    quotes = [quote for quote in interest.evidence if quote and quote in message.text]
    phone = phone_in(message.text)
    # Held until the end: two messages of one person must not write over each other's findings.
    lead, made = Lead.objects.select_for_update().get_or_create(
        contact=contact, defaults={"workspace": message.workspace}
    )
    before = (lead.level, lead.phone)
    lead.level = _level(interest.level, lead.level, proven=bool(quotes), phone=bool(phone))
    lead.phone = phone or lead.phone
    lead.intent = interest.intent[:60] or lead.intent
    lead.evidence = _evidence(lead.evidence, quotes, message)
    lead.save()
    if made:
        return Noted(lead, "lead_new")
    return Noted(lead, "lead_same" if before == (lead.level, lead.phone) else "lead_changed")


def phone_in(text: str) -> str:
    """Return the first phone number of `text` in E.164, or an empty string.

    A number written in the French form counts also when the library's table of ranges does not
    know it: the table is older than the newest ranges and leaves out those kept for fiction.
    """
    for match in phonenumbers.PhoneNumberMatcher(text, REGION):
        return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    written = FRENCH_FORM.search(text)
    return "+33" + re.sub(r"\D", "", written[0])[1:] if written else ""


def _level(claimed: str, current: str, *, proven: bool, phone: bool) -> str:
    """Return the warmest level that is proven: a plain question does not cool a hot lead."""
    proofs = [current]
    if proven and claimed in WARMTH:
        proofs.append(claimed)
    if phone:
        proofs.append(Lead.Level.WARM)
    return max(proofs, key=WARMTH.index)


def _evidence(
    known: list[dict[str, str]], quotes: list[str], message: Message
) -> list[dict[str, str]]:
    fresh = [{"quote": quote, "message": str(message.uid)} for quote in quotes]
    quoted = {one["quote"] for one in known}
    return [*known, *(one for one in fresh if one["quote"] not in quoted)][-KEPT_EVIDENCE:]
