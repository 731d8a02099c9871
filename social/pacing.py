"""When a member's own session may be used: working hours, the pause between sends, the day's cap.

The counts stand in the database, so that they hold on every machine and after every crash. They
are the outside account's: whoever connects it anew, or elsewhere, goes on with them.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Max, Q, QuerySet, Sum

from social.models import BrowserSession, SentDay, SocialAccount
from social.sessioning import Pace

DAYS_AHEAD = 8
LONGEST_RUN = timedelta(minutes=4)
"""Longer than a browser lives (`tasks.BROWSER_SECONDS`): a message leaves at some moment of it."""


@dataclass(frozen=True)
class Hours:
    """Local working hours: from and until full hours, on `days` as `date.weekday` counts."""

    start: int
    end: int
    days: tuple[int, ...]
    zone: ZoneInfo

    def opens(self, now: datetime) -> datetime | None:
        """Return when they begin next, `now` itself within them; None when there are none."""
        today = now.astimezone(self.zone).date()
        for ahead in range(DAYS_AHEAD):
            day = today + timedelta(days=ahead)
            if day.weekday() not in self.days:
                continue
            begins, ends = self._moment(day, self.start), self._moment(day, self.end)
            if now < ends:
                return max(now, begins)
        return None

    def closes(self, now: datetime) -> datetime:
        """Return when the hours end that `now` is within; days that touch are one."""
        day = now.astimezone(self.zone).date()
        ends = self._moment(day, self.end)
        for _ahead in range(DAYS_AHEAD):
            day += timedelta(days=1)
            if day.weekday() not in self.days or self._moment(day, self.start) > ends:
                break
            ends = self._moment(day, self.end)
        return ends

    def next_send(self, today: "Today", now: datetime) -> datetime | None:
        """Return when pacing lets the next message leave; None when the hours never come.

        As `wait` does, it begins nothing in their last minutes.
        """
        moment = max(now, today.next_at or now)
        if today.sent >= today.most:
            moment = max(moment, self._moment(today.day, 24))
        opens = self.opens(moment)
        if opens is None or opens + LONGEST_RUN < self.closes(opens):
            return opens
        return self.opens(self.closes(opens))

    def _moment(self, day: date, hour: int) -> datetime:
        """Return a local full hour of `day`; 24 is the next day's midnight."""
        if hour == 24:  # noqa: PLR2004 - hours of a day
            day, hour = day + timedelta(days=1), 0
        # By the absolute clock: local sums are wrong across a change to summer or winter time.
        local = datetime.combine(day, time(hour), self.zone)
        return local.astimezone(ZoneInfo("UTC"))


@dataclass(frozen=True)
class Later:
    """Not now: when to ask again, and the code of why."""

    until: datetime
    why: str


@dataclass(frozen=True)
class Today:
    """What one local day allows and has seen; `next_at` is when the next one may leave."""

    day: date
    sent: int
    most: int
    next_at: datetime | None


def hours_of(session: BrowserSession) -> Hours:
    """Return the working hours of the session, in its workspace's time zone."""
    zone = ZoneInfo(session.workspace.timezone)
    days = tuple(one for one in session.works_days if isinstance(one, int))
    return Hours(session.works_from, session.works_until, days, zone)


def outside_hours(
    session: BrowserSession, now: datetime, *, ahead: timedelta = timedelta()
) -> Later | None:
    """Return when the working hours begin again, None within them; they go on for `ahead`."""
    hours = hours_of(session)
    opens = hours.opens(now)
    if opens == now and now + ahead < hours.closes(now):
        return None
    if opens == now:
        opens = hours.opens(hours.closes(now))
    return Later(opens or now + timedelta(days=1), "hours")


def todays_of(paced: Sequence[tuple[SocialAccount, Pace]], now: datetime) -> dict[int, Today]:
    """Return what may leave today and what did, by the account's pk, with one query for all."""
    names = {(one.kind, one.external_id) for one, _pace in paced}
    days = SentDay.objects.filter(
        social_account__kind__in={kind for kind, _name in names},
        social_account__external_id__in={name for _kind, name in names},
    ).select_related("social_account")
    rows: dict[tuple[str, str], list[SentDay]] = {name: [] for name in names}
    for row in days:
        where = (row.social_account.kind, row.social_account.external_id)
        rows.get(where, []).append(row)
    return {one.pk: _today(one, pace, rows[one.kind, one.external_id], now) for one, pace in paced}


def _today(account: SocialAccount, pace: Pace, rows: Sequence[SentDay], now: datetime) -> Today:
    day, begins = _day(ZoneInfo(account.workspace.timezone), now)
    mine = [one for one in rows if one.social_account_id == account.pk]
    own = next((one for one in mine if one.day == day), None)
    over = [one for one in mine if one.sent and one.day < day]
    used = sum(one.last_at is not None and one.last_at < begins for one in over)
    counted = [one for one in rows if one is own or (one.last_at and one.last_at >= begins)]
    return Today(
        day=day,
        sent=sum(one.sent for one in counted),
        most=own.most if own else _cap(pace, used),
        next_at=max((one.next_at for one in rows if one.next_at), default=None),
    )


def cap_on(account: SocialAccount, pace: Pace, day: date, begins: datetime) -> int:
    """Return the cap of the day that began at `begins`.

    It grows with the days before on which something was sent.
    """
    over = Q(last_at__lt=begins) & Q(day__lt=day)
    used = SentDay.objects.filter(over, social_account=account, sent__gt=0).count()
    return _cap(pace, used)


def _cap(pace: Pace, used: int) -> int:
    """Return the cap after `used` days on which something was sent."""
    return min(pace.most, pace.first + used * pace.more)


def wait(session: BrowserSession, pace: Pace, *, now: datetime) -> Later | None:
    """Return when a send may leave; None when it may now. Nothing is counted."""
    account = session.social_account
    later = outside_hours(session, now, ahead=LONGEST_RUN)
    if later is not None:
        return later
    gap_over = _gap_over(account)
    if gap_over is not None and now < gap_over:
        return Later(gap_over, "gap")
    day, begins = _day(hours_of(session).zone, now)
    row = SentDay.objects.filter(social_account=account, day=day).first()
    most = row.most if row else cap_on(account, pace, day, begins)
    full = _sent(account, day, begins) >= most
    return Later(_next_day(session, now), "cap") if full else None


def take(session: BrowserSession, pace: Pace, *, now: datetime) -> Later | None:
    """Count one send, or return when it may leave.

    Call it while the session's row is locked and in the transaction that writes *sending*: what
    is rolled back was never counted. Until `rest` tells that the browser is done, the next one
    waits for as long as it may live.
    """
    later = wait(session, pace, now=now)
    if later is not None:
        return later
    today = _row(session, pace, now)
    rows = SentDay.objects.filter(pk=today.pk, sent=today.sent, sent__lt=F("most"))
    reserved = now + LONGEST_RUN + _pause(pace)
    if not rows.update(sent=F("sent") + 1, last_at=now, next_at=reserved):
        return Later(now + pace.gap, "gap")
    return None


def rest(account: SocialAccount, pace: Pace, *, begun_at: datetime, now: datetime) -> None:
    """Begin the pause after the send that was counted at `begun_at`: its browser is done."""
    rows = SentDay.objects.filter(social_account=account, last_at=begun_at)
    rows.update(next_at=now + _pause(pace))


def give_back(account: SocialAccount, begun_at: datetime) -> None:
    """Uncount the send that was counted at `begun_at` and certainly did not leave.

    The pause after it stays.
    """
    rows = SentDay.objects.filter(social_account=account, last_at=begun_at, sent__gt=0)
    rows.update(sent=F("sent") - 1)


def _pause(pace: Pace) -> timedelta:
    return pace.gap * (1 + random.uniform(0, pace.jitter))  # noqa: S311 - a pause, no secret


def _day(zone: ZoneInfo, now: datetime) -> tuple[date, datetime]:
    """Return the local day and when it began."""
    day = now.astimezone(zone).date()
    return day, datetime.combine(day, time.min, zone).astimezone(ZoneInfo("UTC"))


def _row(session: BrowserSession, pace: Pace, now: datetime) -> SentDay:
    account = session.social_account
    day, begins = _day(hours_of(session).zone, now)
    row, _made = SentDay.objects.get_or_create(
        social_account=account,
        day=day,
        defaults={"workspace": session.workspace, "most": cap_on(account, pace, day, begins)},
    )
    return row


def _everywhere(account: SocialAccount) -> QuerySet[SentDay]:
    """Select the days of the outside account, through whichever workspace it wrote."""
    return SentDay.objects.filter(
        social_account__kind=account.kind, social_account__external_id=account.external_id
    )


def _sent(account: SocialAccount, day: date, begins: datetime) -> int:
    """Return how many left on the day that began at `begins`.

    Where the zone has changed, another day of the calendar may reach into it: then all of that
    one counts.
    """
    today = Q(social_account=account, day=day) | Q(last_at__gte=begins)
    return _everywhere(account).filter(today).aggregate(sent=Sum("sent"))["sent"] or 0


def _gap_over(account: SocialAccount) -> datetime | None:
    """Return when the pause after the last send is over, whatever day that was."""
    found: datetime | None = _everywhere(account).aggregate(at=Max("next_at"))["at"]
    return found


def _next_day(session: BrowserSession, now: datetime) -> datetime:
    """Return when tomorrow's working hours begin."""
    hours = hours_of(session)
    tomorrow = now.astimezone(hours.zone).date() + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time.min, hours.zone).astimezone(ZoneInfo("UTC"))
    return hours.opens(midnight) or midnight
