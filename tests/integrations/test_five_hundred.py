"""Five hundred leads into each tool, over HTTP, in bad weather: exactly five hundred rows each."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings
from redis import Redis

from integrations import outcomes, refusals, turns
from integrations.connectors.airtable import client as airtable
from integrations.connectors.google_sheets import client as sheets
from integrations.models import SyncRun
from tests.integrations import filling
from tests.integrations.filling import NUMBER, REAL, Weather
from tests.sandbox.conftest import Sandbox, receiver, running_sandbox, sandbox

__all__ = ["receiver", "running_sandbox", "sandbox"]
pytestmark = pytest.mark.django_db(transaction=True)
SCALE = 20
"""The tools' limits and ours are so many times larger than real, pauses so many times shorter."""
SLOW_SECONDS = 1.2
SEED = 1644
"""With it some of each tool's first writes are taken, and their answers lost or late."""


@pytest.fixture
def tools(
    sandbox: Sandbox, settings: Settings, live_redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Sandbox]:
    for name in ("NOTION_API_URL", "AIRTABLE_API_URL", "GOOGLE_SHEETS_API_URL",
                 "GOOGLE_SHEETS_TOKEN_URL", "NOTION_REQUESTS_PER_SECOND",
                 "AIRTABLE_REQUESTS_PER_SECOND", "GOOGLE_SHEETS_REQUESTS_PER_MINUTE"):  # fmt: skip
        setattr(settings, name, getattr(settings, name))  # put back at the end
    settings.TOOL_TIMEOUT_SECONDS = SLOW_SECONDS - 0.2
    filling.point_at(sandbox, SCALE)
    seconds = [one / SCALE for one in outcomes.BACKOFF_SECONDS]
    monkeypatch.setattr(outcomes, "BACKOFF_SECONDS", tuple(seconds))
    monkeypatch.setattr(refusals, "AGAIN_SECONDS", refusals.AGAIN_SECONDS / SCALE)
    monkeypatch.setattr(turns, "TURN_SECONDS", turns.TURN_SECONDS / SCALE)
    monkeypatch.setattr(airtable, "LOCKOUT_SECONDS", airtable.LOCKOUT_SECONDS / SCALE)
    monkeypatch.setattr(sheets, "QUOTA_SECONDS", sheets.QUOTA_SECONDS / SCALE)
    sandbox.post("/tools/options", airtable_lockout_seconds=30 / SCALE)
    yield sandbox
    sandbox.post("/tools/reset")


def test_five_hundred_leads_are_five_hundred_rows_in_each_tool(tools: Sandbox) -> None:
    workspace = filling.make_shop()
    connected = filling.connect_all(tools, workspace)
    before = [filling.standing(tool) for tool in connected]
    weather = Weather(tools, chance=0.005, slow_seconds=SLOW_SECONDS, seed=SEED)
    first = filling.order_everything(connected)
    with weather.blowing():
        filling.run_workers(filling.all_written(first))

    for tool, was in zip(connected, before, strict=True):
        stands = filling.standing(tool) - was
        assert len(stands) == NUMBER
        assert set(stands.values()) == {1}
        assert filling.receipts(tool) == NUMBER
    assert len({kind.split()[1] for kind in weather.met}) == 5
    after = ("timeout_after_acceptance", "lost_after_acceptance")
    assert {f"{one} {kind}" for one in filling.SERVICES.values() for kind in after} <= {
        *weather.met
    }

    since = filling.last_call(tools)
    second = filling.order_everything(connected)
    filling.run_workers(filling.all_written(second))
    unchanged = SyncRun.objects.filter(order__in=second, status="unchanged")
    assert unchanged.count() == len(connected) * NUMBER
    calls = filling.written_calls(tools, since)
    assert not {name for name in calls if name.split()[1] in filling.WRITING}, calls
    rates_stay_under_the_limits(tools)


def rates_stay_under_the_limits(tools: Sandbox) -> None:
    """Each key's fastest second and minute, as the stand-ins measured them."""
    rates = tools.get("/tools/rates")["rates"]
    assert {key: rate["refused"] for key, rate in rates.items() if rate["refused"]} == {}
    fastest = {
        key: (rate["most_per_second"], rate["most_per_minute"]) for key, rate in rates.items()
    }
    for key, (second, minute) in fastest.items():
        if key.startswith("airtable base"):
            assert second <= REAL["airtable_per_base"] * SCALE
        elif key.startswith("airtable token"):
            assert second <= REAL["airtable_per_token"] * SCALE
        elif key.startswith("notion token"):
            assert minute <= REAL["notion_per_second"] * SCALE * 60
        elif key.startswith("sheets reads"):
            assert minute <= REAL["sheets_reads"] * SCALE
        elif key.startswith("sheets writes"):
            assert minute <= REAL["sheets_writes"] * SCALE
    assert any(key.startswith("notion token") for key in fastest)
