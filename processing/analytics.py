"""The figures of a period as people read them; every number comes from the ledger.

Only how many leads are hot, warm and cold *now* is asked of the leads themselves.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.models import Workspace
from flowia.lib.errors import InvalidError
from processing.counting import BANDS, IN_TIME, LONGER, median_of
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

    `in_time` is how many left within five minutes (`counting.IN_TIME`). The median is an estimate
    within its band; in the band `more` it means "at least".
    """

    count: int
    in_time: int
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
    """Leads by level: as they stand now, made in the period, come to the level in the period.

    A level that a member set and took back counts no more.
    """

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
    """The main figures of one local day, or of the days from `day` on that are summed up.

    `in_time` and `late` are first answers: those that left within five minutes, and the others.
    """

    day: date
    received: int
    answered: int
    in_time: int
    late: int
    waited: int
    held: int
    handed_over: int
    silent: int
    new_leads: int
    new_by_level: dict[str, int]
    became_hot: int
    calls: int
    cost: int


@dataclass(frozen=True)
class Frame:
    """Which local days a report is of, of which time zone, and when it was read."""

    first: date
    last: date
    timezone: str
    as_of: datetime


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
    told = (day_of(sums.days.get(day, {}), day) for day in _each(first, last))
    return report(sums, Frame(first, last, workspace.timezone, now), levels_of(workspace), told)


def report(sums: Sums, frame: Frame, levels: dict[str, int], days: Iterable[Day] = ()) -> Report:
    """Return what `sums` tell; `levels` is how many leads stand at each level now."""
    whole = whole_of(sums)
    return Report(
        first=frame.first,
        last=frame.last,
        timezone=frame.timezone,
        as_of=frame.as_of,
        complete=sums.complete,
        received=_counted(whole, "received:"),
        answered=_answered(whole),
        waited=_tally(whole, "decided:wait:", "delivery:wait:"),
        held=_tally(whole, "decided:hold:"),
        handed_over=_tally(whole, "decided:handoff:"),
        silent=_tally(whole, "decided:silent:"),
        first_answer=_first_answer(whole),
        drafts=_drafts(whole),
        leads=_leads(levels, whole),
        model=_model(whole),
        days=tuple(days),
    )


def whole_of(sums: Sums) -> Figures:
    """Return the figures of all days together."""
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
        in_time=sum(bands[name] for name in IN_TIME),
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
    undone = _count(figures, "draft:rejection_undone")
    rejected = max(0, _count(figures, "draft:rejected") - undone)
    decided = unedited + edited + rejected
    return Drafts(unedited, edited, rejected, round(unedited / decided, 4) if decided else None)


def _leads(levels: dict[str, int], figures: Figures) -> Leads:
    return Leads(
        now=levels,
        new={level: _count(figures, f"lead_new:{level}") for level in LEVELS},
        reached={level: _reached(figures, level) for level in LEVELS},
    )


def _reached(figures: Figures, level: str) -> int:
    return max(0, _count(figures, f"lead:{level}") - _count(figures, f"lead_undone:{level}"))


def _model(figures: Figures) -> Model:
    cost, leads = _amount(figures, "cost"), _counted(figures, "lead_new:")
    hot = _reached(figures, "hot")
    return Model(
        calls=_count(figures, "calls"),
        tokens=_amount(figures, "tokens"),
        cost=cost,
        cost_per_lead=round(cost / leads) if leads else None,
        cost_per_hot_lead=round(cost / hot) if hot else None,
    )


def levels_of(workspace: Workspace) -> dict[str, int]:
    """Return how many leads stand at each level now."""
    rows = Lead.objects.filter(workspace=workspace).values_list("level")
    # Rows, not keys: the index of levels alone answers, ten times as fast.
    now = dict(rows.annotate(number=Count("*")))
    return {level: now.get(level, 0) for level in LEVELS}


def day_of(figures: Figures, day: date) -> Day:
    """Return the main figures of `day`, or of the span that begins on it."""
    new = {level: _count(figures, f"lead_new:{level}") for level in LEVELS}
    in_time = sum(_count(figures, f"first_answer:{band}") for band in IN_TIME)
    return Day(
        day=day,
        received=_counted(figures, "received:"),
        answered=_answered(figures).total,
        in_time=in_time,
        late=max(0, _count(figures, "first_answer") - in_time),
        waited=_counted(figures, "decided:wait:", "delivery:wait:"),
        held=_counted(figures, "decided:hold:"),
        handed_over=_counted(figures, "decided:handoff:"),
        silent=_counted(figures, "decided:silent:"),
        new_leads=_counted(figures, "lead_new:"),
        new_by_level=new,
        became_hot=_reached(figures, "hot"),
        calls=_count(figures, "calls"),
        cost=_amount(figures, "cost"),
    )


def _each(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
