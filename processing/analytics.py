"""The figures of a period as people read them; every number comes from the ledger.

Only how many leads are hot, warm and cold *now* is asked of the leads themselves.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import Workspace
from flowia.lib.errors import InvalidError
from processing.counting import BANDS, LONGER, median_of
from processing.figures import Sums, sums_of
from processing.models import Lead
from processing.reasons import sentence_in_general

Figures = Mapping[str, tuple[int, int]]
LEVELS = tuple(Lead.Level.values)
LONGEST_DAYS = 366
USUAL_DAYS = 30
FIRST_YEAR = 2000


@dataclass(frozen=True)
class Reason:
    """How often something happened for one reason."""

    reason: str
    sentence: str
    count: int


@dataclass(frozen=True)
class Tally:
    """How often something happened, and why, the most frequent reason first."""

    total: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Answered:
    """Answers that left: by the assistant, by humans."""

    total: int
    assistant: int
    human: int


@dataclass(frozen=True)
class FirstAnswer:
    """Seconds from the contact's first unanswered message to the answer; None without answers.

    The median is an estimate within its band; in the band `more` it means "at least".
    """

    count: int
    mean_seconds: float | None
    median_seconds: float | None
    median_band: str
    bands: dict[str, int]


@dataclass(frozen=True)
class Drafts:
    """What members did with drafts; an approval that was taken back counts no more.

    `share_unedited` is the part of the decided ones that left as they were written, 0 to 1.
    """

    approved_unedited: int
    approved_edited: int
    rejected: int
    share_unedited: float | None


@dataclass(frozen=True)
class Leads:
    """Leads by level: as they stand now, made in the period, come to the level in the period."""

    now: dict[str, int]
    new: dict[str, int]
    reached: dict[str, int]


@dataclass(frozen=True)
class Model:
    """What the model cost, in millionths of a US dollar; per lead None where there was none."""

    calls: int
    tokens: int
    cost: int
    cost_per_lead: int | None
    cost_per_hot_lead: int | None


@dataclass(frozen=True)
class Day:
    """The main figures of one local day."""

    day: date
    received: int
    answered: int
    waited: int
    handed_over: int
    silent: int
    new_leads: int
    calls: int
    cost: int


@dataclass(frozen=True)
class Report:
    """The figures of a period of local days."""

    first: date
    last: date
    timezone: str
    as_of: datetime
    complete: bool
    received: int
    answered: Answered
    waited: Tally
    held: Tally
    handed_over: Tally
    silent: Tally
    first_answer: FirstAnswer
    drafts: Drafts
    leads: Leads
    model: Model
    days: tuple[Day, ...]


def period_of(first: date | None, last: date | None, *, today: date) -> tuple[date, date]:
    """Return the period that is meant: where an end is not named, the last 30 days.

    Raises InvalidError, naming `from` or `to`.
    """
    last = last or max(today, first or today)
    if not FIRST_YEAR <= last.year <= today.year + 1:
        raise InvalidError(errors={"to": [_("Choose a day of these years.")]})
    first = first or last - timedelta(days=USUAL_DAYS - 1)
    if first > last:
        raise InvalidError(errors={"from": [_("The period ends before it begins.")]})
    if (last - first).days >= LONGEST_DAYS:
        sentence = _("Choose %(days)s days at most.") % {"days": LONGEST_DAYS}
        raise InvalidError(errors={"from": [sentence]})
    return first, last


def report_of(workspace: Workspace, first: date, last: date, *, now: datetime) -> Report:
    """Return the figures of local days `first` to `last`, exact at `now`."""
    sums = sums_of(workspace, first, last)
    whole = _whole(sums)
    return Report(
        first=first,
        last=last,
        timezone=workspace.timezone,
        as_of=now,
        complete=sums.complete,
        received=_counted(whole, "received:"),
        answered=_answered(whole),
        waited=_tally(whole, "decided:wait:", "delivery:wait:"),
        held=_tally(whole, "decided:hold:"),
        handed_over=_tally(whole, "decided:handoff:"),
        silent=_tally(whole, "decided:silent:"),
        first_answer=_first_answer(whole),
        drafts=_drafts(whole),
        leads=_leads(workspace, whole),
        model=_model(whole),
        days=tuple(_days(sums, first, last)),
    )


def _whole(sums: Sums) -> Figures:
    counts: Counter[str] = Counter()
    amounts: Counter[str] = Counter()
    for figures in sums.days.values():
        for name, (count, amount) in figures.items():
            counts[name] += count
            amounts[name] += amount
    return {name: (count, amounts[name]) for name, count in counts.items()}


def _count(figures: Figures, name: str) -> int:
    return figures.get(name, (0, 0))[0]


def _amount(figures: Figures, name: str) -> int:
    return figures.get(name, (0, 0))[1]


def _counted(figures: Figures, *starts: str) -> int:
    return sum(_count(figures, name) for name in figures if name.startswith(starts))


def _tally(figures: Figures, *starts: str) -> Tally:
    reasons: Counter[str] = Counter()
    for name in figures:
        if name.startswith(starts):
            reasons[name.rsplit(":", 1)[1]] += _count(figures, name)
    told = (Reason(code, sentence_in_general(code), n) for code, n in reasons.most_common())
    return Tally(reasons.total(), tuple(told))


def _answered(figures: Figures) -> Answered:
    assistant, human = (_count(figures, f"answered:{who}") for who in ("assistant", "human"))
    return Answered(assistant + human, assistant, human)


def _first_answer(figures: Figures) -> FirstAnswer:
    names = [*(name for name, _ in BANDS), LONGER]
    bands = {name: _count(figures, f"first_answer:{name}") for name in names}
    count, seconds = figures.get("first_answer", (0, 0))
    median = median_of(bands)
    return FirstAnswer(
        count=count,
        mean_seconds=round(seconds / count, 1) if count else None,
        median_seconds=round(median[1], 1) if median else None,
        median_band=median[0] if median else "",
        bands=bands,
    )


def _drafts(figures: Figures) -> Drafts:
    unedited, edited = (
        max(0, _count(figures, f"draft:{name}") - _count(figures, f"draft:approval_undone:{name}"))
        for name in ("approved", "approved_edited")
    )
    rejected = _count(figures, "draft:rejected")
    decided = unedited + edited + rejected
    return Drafts(unedited, edited, rejected, round(unedited / decided, 4) if decided else None)


def _leads(workspace: Workspace, figures: Figures) -> Leads:
    rows = Lead.objects.filter(workspace=workspace).values_list("level")
    # Rows, not keys: the index of levels alone answers, ten times as fast.
    now = dict(rows.annotate(number=Count("*")))
    return Leads(
        now={level: now.get(level, 0) for level in LEVELS},
        new={level: _count(figures, f"lead_new:{level}") for level in LEVELS},
        reached={level: _count(figures, f"lead:{level}") for level in LEVELS},
    )


def _model(figures: Figures) -> Model:
    cost, leads = _amount(figures, "cost"), _counted(figures, "lead_new:")
    hot = _count(figures, "lead:hot")
    return Model(
        calls=_count(figures, "calls"),
        tokens=_amount(figures, "tokens"),
        cost=cost,
        cost_per_lead=round(cost / leads) if leads else None,
        cost_per_hot_lead=round(cost / hot) if hot else None,
    )


def _days(sums: Sums, first: date, last: date) -> Iterator[Day]:
    day = first
    while day <= last:
        figures = sums.days.get(day, {})
        yield Day(
            day=day,
            received=_counted(figures, "received:"),
            answered=_answered(figures).total,
            waited=_counted(figures, "decided:wait:", "delivery:wait:"),
            handed_over=_counted(figures, "decided:handoff:"),
            silent=_counted(figures, "decided:silent:"),
            new_leads=_counted(figures, "lead_new:"),
            calls=_count(figures, "calls"),
            cost=_amount(figures, "cost"),
        )
        day += timedelta(days=1)
