"""How interested a contact is, proven by their own words; phone numbers by code, not by model.

A level rises by what the contact said. It falls one step, when the model finds the interest over
*and* a quoted message says so in plain words (`disinterest`): a plain question, a "merci" or a
model that is mistaken never cool a lead. Time cools it too (`leading.cool`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import phonenumbers

from flowia.lib.standing import Standing, given
from processing.disinterest import speaks_of_disinterest
from processing.models import Lead, Message
from processing.phones import HOME, phone_in
from processing.words import folded

KEPT_EVIDENCE = 10
POINTS = 3
LONGEST_POINT = 200
STEM = 4
"""So many first letters tell a word's family: livrer, livraison."""
BURST = timedelta(hours=1)
BURST_MESSAGES = 10
WARMTH = (Lead.Level.COLD.value, Lead.Level.WARM.value, Lead.Level.HOT.value)
Evidence = dict[str, str]
SUPERSEDED = Standing(
    lambda: (
        Message.objects.filter(
            conversation_id=given.key("conversation"),
            author=Message.Author.CONTACT,
            reason="superseded",
            sent_at__range=(given.moment("since"), given.moment("until")),
        )
        .exclude(pk=given.key("id"))
        .order_by("-sent_at", "-id")[:BURST_MESSAGES]
    )
)
OWN_WORDS = Standing(
    lambda: (
        Message.objects.filter(conversation_id=given.key("conversation"), author="contact")
        .exclude(text="")
        .order_by("-sent_at", "-id")
        .values_list("text", flat=True)[:50]
    )
)


@dataclass(frozen=True)
class Interest:
    """What the model said of the contact: level, quotes, intent, words of a phone, three points."""

    level: str
    evidence: tuple[str, ...]
    intent: str
    phones: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()


@dataclass(frozen=True)
class Noted:
    """The lead as it is now, whether it is new or changed, and the level from which it came."""

    lead: Lead
    reason: str
    before: str = ""


def note_interest(message: Message, interest: Interest) -> Noted:
    """Update the contact's lead from one message and those it superseded.

    Only quotes that the contact really wrote count; a level above cold without one is not
    believed. A phone number is itself a sign, so its owner is never cold. A member's level stays.
    """
    said = _said(message)
    # Held until the end: two messages of one person must not write over each other's findings.
    lead, made = Lead.objects.select_for_update().get_or_create(
        contact=message.conversation.contact, defaults={"workspace": message.workspace}
    )
    lead.workspace, lead.contact = message.workspace, message.conversation.contact
    lead.contact.social_account = message.social_account
    before = (lead.level, lead.phone)
    proofs = _proofs(said, interest, lead.evidence)
    sign = _note_phone(lead, said, interest.phones)
    if not lead.level_by_member:
        lead.level = level_after(lead.level, proofs, phone=sign)
    if sign or any(proof["level"] != Lead.Level.COLD for proof in proofs):
        lead.warmed_at = max(lead.warmed_at or message.sent_at, message.sent_at)
    lead.intent = interest.intent[:60] or lead.intent
    lead.evidence = _kept(lead.evidence, proofs)
    lead.summary = borne_out(interest.summary, message) or lead.summary
    lead.save()
    if made:
        return Noted(lead, "lead_new")
    same = before == (lead.level, lead.phone)
    return Noted(lead, "lead_same" if same else "lead_changed", before[0])


def level_after(level: str, proofs: Iterable[Evidence], *, phone: bool = False) -> str:
    """Return the level to which the contact's words, in their order, lead from `level`."""
    for proof in proofs:
        speaks_for = proof.get("level", "")
        if speaks_for == Lead.Level.COLD:
            level = WARMTH[max(WARMTH.index(level) - 1, 0)]
        elif speaks_for in WARMTH:
            level = max(level, speaks_for, key=WARMTH.index)
    return max(level, Lead.Level.WARM.value, key=WARMTH.index) if phone else level


def level_by_words(lead: Lead) -> str:
    """Return the level that the kept words and the phone give; today's where they say nothing."""
    proofs = [one for one in lead.evidence if one.get("level") in WARMTH]
    if not proofs and not lead.phone:
        return lead.level
    return level_after(Lead.Level.COLD.value, proofs, phone=bool(lead.phone))


def borne_out(points: Sequence[str], message: Message) -> list[str]:
    """Return at most three of `points`: those that share their words with the contact's own.

    Every number of a point must have been said, and half of its longer words, by their beginning.
    """
    texts = OWN_WORDS(conversation=message.conversation_id)
    words = {word for text in texts for word in folded(text).split()}
    written = (" ".join(point.split())[:LONGEST_POINT] for point in points)
    return [one for one in written if _shares(one, words)][:POINTS]


def _shares(point: str, said: set[str]) -> bool:
    words = set(folded(point).split())
    numbers = {word for word in words if any(map(str.isdigit, word))}
    telling = {word for word in words - numbers if len(word) >= STEM}
    stems = {word[:STEM] for word in said}
    shared = sum(word[:STEM] in stems for word in telling)
    return numbers <= said and bool(shared or numbers) and 2 * shared >= len(telling)


def _said(message: Message) -> list[Message]:
    """Return the message, and those of the same burst that it superseded: nobody noted them."""
    burst = SUPERSEDED(
        id=message.pk,
        conversation=message.conversation_id,
        since=message.sent_at - BURST,
        until=message.sent_at,
    )
    return [message, *burst]


def _proofs(
    said: Sequence[Message], interest: Interest, known: Sequence[dict[str, Any]]
) -> list[Evidence]:
    """Return the quotes that raise or lower a level, each with its message, not yet known."""
    if interest.level not in WARMTH:
        return []
    noted = {(one["quote"], one.get("message")) for one in known}
    found = []
    for quote in interest.evidence:
        source = next((one for one in said if quote.strip() and quote in one.text), None)
        if source is None or (quote, str(source.uid)) in noted:
            continue
        if interest.level == Lead.Level.COLD and not speaks_of_disinterest(quote):
            continue
        found.append({"quote": quote, "message": str(source.uid), "level": interest.level})
        if interest.level == Lead.Level.COLD:
            break  # one step down for one message, however often it says so
    return found


def _kept(known: list[Evidence], proofs: list[Evidence]) -> list[Evidence]:
    """Add what is new; what was kept before levels were kept with it is known for any of them."""
    quoted = {(one["quote"], one.get("level")) for one in known}
    fresh = [
        one for one in proofs if not {(one["quote"], one["level"]), (one["quote"], None)} & quoted
    ]
    return [*known, *fresh][-KEPT_EVIDENCE:]


def _note_phone(lead: Lead, said: Sequence[Message], words: Sequence[str]) -> bool:
    """Keep the newest phone number with its message; return whether one was said."""
    for message in said:
        phone = _phone(message.text, words)
        if phone:
            if phone != lead.phone or lead.phone_message is None:
                lead.phone, lead.phone_message = phone, message.uid
            return True
    return False


def _phone(text: str, words: Sequence[str]) -> str:
    """Return a number in E.164: found by code, else by the model in words that stand in `text`."""
    found = phone_in(text)
    if found is not None:
        return found.e164
    stand = (one for one in words if one.strip() and one in text)
    return next(filter(None, map(dialled, stand)), "")


def dialled(words: str) -> str:
    """Return the number that `words` are, in E.164; empty where they are none."""
    found = phone_in(words)
    if found is not None:
        return found.e164
    try:
        number = phonenumbers.parse(words, HOME)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def forget_words(message: Message) -> None:
    """Take what `message` proved out of its contact's lead: its words were taken back."""
    lead = Lead.objects.filter(contact_id=message.conversation.contact_id).first()
    if lead is None:
        return
    uid = str(message.uid)
    kept = [one for one in lead.evidence if str(one.get("message") or "") != uid]
    gone_phone = lead.phone_message == message.uid
    if len(kept) == len(lead.evidence) and not gone_phone:
        return
    lead.evidence = kept
    if gone_phone:
        lead.phone, lead.phone_message = "", None
    lead.save(update_fields=["evidence", "phone", "phone_message", "updated_at"])
