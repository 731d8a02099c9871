"""Alert rules and dashboard speak of what /metrics prints, and every alert leads to its chapter."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.test import Client
from pytest_django import Settings
from redis import Redis

from flowia.embedded import BASE_DIR
from flowia.watching.counts import COUNTS, SPREADS
from flowia.watching.figures import FIGURES

MONITORING = BASE_DIR / "docs" / "monitoring"
NAME = re.compile(r"\bflowia_\w+")
MATCHED = re.compile(r"\b(flowia_\w+)\{([^}]*)\}")
LABEL = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"')
ALWAYS = {"instance", "le"}
ROWS = ("Traffic", "Pipeline", "Queues", "Networks", "Model", "Business", "Processes")
Json = dict[str, Any]


def rules() -> list[Json]:
    groups = yaml.safe_load((MONITORING / "alerts.yaml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def dashboard() -> Json:
    found: Json = json.loads((MONITORING / "dashboard.json").read_text(encoding="utf-8"))
    return found


def targets() -> Iterator[tuple[str, str]]:
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def expressions() -> list[tuple[str, str]]:
    return [*((rule["alert"], rule["expr"]) for rule in rules()), *targets()]


def labels_of() -> dict[str, set[str]]:
    """Return every name that a query may ask for, with its labels."""
    found = {one.name: set(one.labels) for one in FIGURES}
    found |= {f"{one.name}_total": set(one.labels) for one in COUNTS}
    ends = ("bucket", "sum", "count")
    return found | {f"{one.name}_{end}": set(one.labels) for one in SPREADS for end in ends}


@pytest.mark.django_db
def test_metrics_print_every_figure_that_is_asked_for(
    settings: Settings, live_redis: Redis
) -> None:
    settings.METRICS_TOKEN = "for-prometheus"
    token = {"authorization": "Bearer for-prometheus"}
    text = Client().get("/metrics", headers=token).content.decode()
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    printed = set(types)
    for name in [name for name, kind in types.items() if kind == "histogram"]:
        printed |= {f"{name}_{end}" for end in ("bucket", "sum", "count")}
    assert printed >= set(labels_of())
    for where, expression in expressions():
        assert set(NAME.findall(expression)) <= printed, where


def test_only_labels_that_exist_are_asked_for() -> None:
    known = labels_of()
    for where, expression in expressions():
        for name, matchers in MATCHED.findall(expression):
            assert set(LABEL.findall(matchers)) <= known[name] | ALWAYS, where


def test_every_alert_says_how_grave_it_is_and_what_to_do() -> None:
    chapters = [
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(
            r"^## (.*)$",
            (BASE_DIR / "docs/operations.md").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    ]
    for rule in rules():
        told = rule["annotations"]
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
        assert set(told) == {"summary", "action", "runbook"}, rule["alert"]
        assert all(text.endswith(".") for text in (told["summary"], told["action"])), rule["alert"]
        page, _mark, chapter = told["runbook"].partition("#")
        assert page == "docs/operations.md"
        assert chapter in chapters, rule["alert"]
        # What never may be is told at once; everything else may pass by itself.
        assert ("for" in rule) != (rule["alert"] in {"FlowiaInvariantsBroken", "FlowiaAuditBroken"})


def test_every_alert_that_is_tried_exists() -> None:
    tried = yaml.safe_load((MONITORING / "alerts_test.yaml").read_text(encoding="utf-8"))["tests"]
    names = {one["alertname"] for test in tried for one in test["alert_rule_test"]}
    assert names <= {rule["alert"] for rule in rules()}
    assert len(names) > 10


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    board = dashboard()
    assert board["schemaVersion"] >= 39
    variables = {one["name"]: one["type"] for one in board["templating"]["list"]}
    assert variables == {"source": "datasource", "instance": "query"}
    panels = board["panels"]
    assert len({one["id"] for one in panels}) == len(panels)
    rows = [one["title"] for one in panels if one["type"] == "row"]
    assert [name for name in ROWS if name not in rows] == []
    taken: set[tuple[int, int]] = set()
    for one in panels:
        place = one["gridPos"]
        assert place["x"] + place["w"] <= 24, one["title"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, one["title"]
        taken |= cells
        if one["type"] != "row":
            assert one["datasource"]["uid"] == "${source}", one["title"]
            assert one["targets"], one["title"]


def test_every_figure_is_on_the_dashboard_or_in_a_rule() -> None:
    asked = {name for _where, expression in expressions() for name in NAME.findall(expression)}
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked}
    printed = {one.name for one in (*FIGURES, *SPREADS)} | {f"{one.name}_total" for one in COUNTS}
    assert printed - families - asked == set()
