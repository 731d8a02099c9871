"""YouTube in this process, for a clock that is set by hand: channels, their comments, and a meter.

It answers the calls of `social.providers.youtube` in the shapes of youtube.md, and counts units by
the Pacific day as Google does: a call that was made costs, whatever came of it.
"""

from bisect import bisect_right, insort
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

from flowia.lib.http import Answer

PACIFIC = ZoneInfo("America/Los_Angeles")
DAILY_UNITS = 10_000
SAMPLE = 5
Json = dict[str, Any]


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Channel:
    """One channel: threads by the moment they began (Unix), and the replies of each."""

    id: str
    begun: list[tuple[float, str]] = field(default_factory=list)
    replies: dict[str, list[tuple[float, str]]] = field(default_factory=dict)

    def comment(self, at: float, name: str) -> None:
        insort(self.begun, (at, name))

    def reply(self, at: float, thread: str) -> str:
        found = self.replies.setdefault(thread, [])
        name = f"{thread}.{len(found)}"
        insort(found, (at, name))
        return name


@dataclass
class World:
    """All channels, the clock, and what was asked."""

    now: datetime
    channels: dict[str, Channel] = field(default_factory=dict)
    units: Counter[date] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)

    def call(self, method: str, url: str, **asked: Any) -> Answer:
        what = url.rsplit("/", 1)[1]
        params, headers = asked.get("params") or {}, asked.get("headers") or {}
        self.charge(what, 50 if method == "POST" else 1)
        if what == "activities":
            return self._answer({"items": []})
        if what == "comments":
            return self._answer({"items": self._replies(asked["token"], params["parentId"])})
        channel = self.channels[params["allThreadsRelatedToChannelId"]]
        if params.get("moderationStatus", "published") != "published":
            return self._answer({"items": []})
        return self._threads(channel, params, headers)

    def charge(self, what: str, units: int) -> None:
        self.units[self.now.astimezone(PACIFIC).date()] += units
        self.asked[what] += units

    def _threads(self, channel: Channel, params: dict[str, str], headers: dict[str, str]) -> Answer:
        now = self.now.timestamp()
        there = bisect_right(channel.begun, (now, "~"))
        written = sum(bisect_right(one, (now, "~")) for one in channel.replies.values())
        tag = f"{there}-{written}"
        if headers.get("If-None-Match") == tag:
            return self._answer(None, status=304)
        last = int(params.get("pageToken", there))
        first = max(0, last - 100)
        found = [self._thread(channel, *one) for one in reversed(channel.begun[first:last])]
        following = {"nextPageToken": str(first)} if first else {}
        return self._answer({"etag": tag, "items": found, **following})

    def _thread(self, channel: Channel, at: float, name: str) -> Json:
        replies = self._written(channel, name)
        snippet = {
            "channelId": channel.id,
            "videoId": f"video-{channel.id}",
            "topLevelComment": _comment(channel.id, name, at),
            "totalReplyCount": len(replies),
        }
        sample = [_comment(channel.id, reply, at, parent=name) for at, reply in replies[:SAMPLE]]
        rest = {"replies": {"comments": sample}} if sample else {}
        return {"kind": "youtube#commentThread", "id": name, "snippet": snippet, **rest}

    def _replies(self, channel_id: str, thread: str) -> list[Json]:
        channel = self.channels[channel_id]
        found = self._written(channel, thread)
        return [_comment(channel.id, reply, at, parent=thread) for at, reply in found]

    def _written(self, channel: Channel, thread: str) -> list[tuple[float, str]]:
        now = self.now.timestamp()
        return [one for one in channel.replies.get(thread, ()) if one[0] <= now]

    def _answer(self, body: Any, status: int = 200) -> Answer:
        return Answer(status, body, {"Date": format_datetime(self.now, usegmt=True)})


def _comment(channel: str, name: str, at: float, parent: str = "") -> Json:
    snippet = {
        "channelId": channel,
        "textDisplay": name,
        "authorDisplayName": "@zoe",
        "authorChannelId": {"value": "UCzoe"},
        "publishedAt": iso(at),
        "updatedAt": iso(at),
    }
    named = {"parentId": parent} if parent else {}
    return {"kind": "youtube#comment", "id": name, "snippet": {**snippet, **named}}
