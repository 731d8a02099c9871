"""What the page of the plan shows: what each plan opens and costs, and what is used of it."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Workspace
from billing.plans import PERIODS, PLANS, Plan
from billing.quotas import Usage
from billing.standing import SIZES
from billing.states import PlanState
from flowia.lib.counted import counted
from integrations.models import Hook, Integration

CENTS = 100
MONTHS = 12


@dataclass(frozen=True)
class Limit:
    """How much is used of one thing; `limit` is None without one."""

    name: str
    words: str
    used: int
    limit: int | None

    @property
    def over(self) -> bool:
        """Whether more is there than the plan carries: what is too much waits."""
        return self.limit is not None and self.used > self.limit


@dataclass(frozen=True)
class Offer:
    """One way to pay for a plan; `words` is its button, empty where there is nothing to press."""

    period: str
    price: str
    per: str
    words: str
    larger: bool
    saved: str = ""


@dataclass(frozen=True)
class Card:
    """A plan as it is offered."""

    plan: Plan
    current: bool
    lines: tuple[str, ...]
    offers: tuple[Offer, ...]


def situation_of(state: PlanState) -> str:
    """Return how the workspace stands with its money, in one word.

    *late* is tried again while the plan still applies, *withheld* waits for a payment, *paused*
    for a word; *ends* is cancelled, *due* has an invoice that is being paid; then *trial*,
    *renews*, *given*, and "" for who has nothing but Freemium.
    """
    if not state.subscribed:
        return _situation_without(state)
    if state.status == "past_due":
        return "late"
    if state.ends_at:
        return "ends"
    if state.trial_ends_at:
        return "trial"
    return "due" if state.payment_due else "renews"


def _situation_without(state: PlanState) -> str:
    """Return how a workspace stands for which nothing is paid now."""
    if state.payment_due:
        return "withheld"
    if state.status == "paused":
        return "paused"
    return "given" if state.given_plan and state.given_plan == state.plan else ""


def has_room(today: Usage, number: int) -> bool:
    """Return whether the day has a message for `number` people, whoever they are."""
    return today.remaining is None or number <= today.remaining - today.kept


def limits_of(workspace: Workspace, plan: Plan, today: Usage) -> list[Limit]:
    """Return what the workspace uses of what `plan` allows, `today` of its messages; one query."""
    numbers = {
        "of_tools": counted(Integration.objects.all()),
        "of_hooks": counted(Hook.objects.all()),
    }
    rows = Workspace.objects.filter(pk=workspace.pk).annotate(**numbers)
    tools, hooks = rows.values_list(*numbers).get()
    return [
        Limit("direct_messages", _("Messages today"), today.used + today.reserved, today.limit),
        Limit("tools", _("Connected tools"), tools, plan.tools),
        Limit("webhooks", _("Outgoing webhooks"), hooks, plan.webhooks),
    ]


def price_of(state: PlanState) -> str:
    """Return what is paid for a period, before any tax; empty while nothing is."""
    if state.amount_cents is None:
        return ""
    if state.currency in {"", "eur"}:
        return euros(state.amount_cents)
    return f"{number_format(Decimal(state.amount_cents) / CENTS, 2)} {state.currency.upper()}"


def cards_of(state: PlanState) -> list[Card]:
    """Return every plan with what it opens, and the buttons that make sense in `state`."""
    return [_card(plan, state) for plan in PLANS.values()]


def euros(cents: int) -> str:
    """Return an amount as the active language writes it."""
    whole, rest = divmod(cents, CENTS)
    number = number_format(Decimal(cents) / CENTS, 2) if rest else str(whole)
    return _("%(number)s €") % {"number": number}


def _card(plan: Plan, state: PlanState) -> Card:
    periods = [period for code, period in PERIODS if code == plan.code]
    offers = tuple(_offer(plan, period, state) for period in periods)
    return Card(plan, plan.code == state.plan, tuple(_lines(plan)), offers)


def _lines(plan: Plan) -> list[str]:
    lines = []
    if plan.direct_messages_per_day is None:
        lines.append(_("messages without a limit"))
    else:
        number = plan.direct_messages_per_day
        said = ngettext("%(number)s message a day", "%(number)s messages a day", number)
        lines.append(said % {"number": number})
    if plan.tools is None:
        lines.append(_("every tool for your leads"))
    else:
        said = ngettext(
            "%(number)s tool for your leads", "%(number)s tools for your leads", plan.tools
        )
        lines.append(said % {"number": plan.tools})
    if plan.webhooks:
        said = ngettext(
            "%(number)s outgoing webhook", "%(number)s outgoing webhooks", plan.webhooks
        )
        lines.append(said % {"number": plan.webhooks})
    return lines


def _offer(plan: Plan, period: str, state: PlanState) -> Offer:
    yearly = period == "year"
    cents = (plan.year_cents or 0) if yearly else plan.month_cents
    return Offer(
        period,
        euros(cents),
        _("a year") if yearly else _("a month"),
        _words(state, plan, yearly=yearly) if _may_choose(state, plan, period) else "",
        SIZES[plan.code] > SIZES[state.plan],
        _saved(plan) if yearly else "",
    )


def _may_choose(state: PlanState, plan: Plan, period: str) -> bool:
    """Return whether to offer it: not what is paid or given already, nor beside an open payment.

    Nor what would be paid now and be over with a plan that is cancelled.
    """
    if not state.on_sale or state.suspended_for == "operator":
        return False
    if situation_of(state) in {"late", "withheld", "paused", "ends"}:
        return False
    mine = state.subscribed and (state.paid_plan, state.period) == (plan.code, period)
    return not mine and SIZES[plan.code] > SIZES.get(state.given_plan, 0)


def _words(state: PlanState, plan: Plan, *, yearly: bool) -> str:
    named = {"plan": plan.name}
    if not state.subscribed:
        if yearly:
            return _("Choose %(plan)s by the year") % named
        return _("Choose %(plan)s") % named
    if state.paid_plan == plan.code:
        return _("Pay by the year") if yearly else _("Pay by the month")
    if yearly:
        return _("Change to %(plan)s by the year") % named
    return _("Change to %(plan)s") % named


def _saved(plan: Plan) -> str:
    saved = plan.month_cents * MONTHS - (plan.year_cents or 0)
    return _("%(amount)s saved") % {"amount": euros(saved // CENTS * CENTS)}
