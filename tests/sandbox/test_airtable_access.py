"""Airtable's stand-in: tokens, limits, errors in all their forms, what people do meanwhile."""

import time
from typing import Any

import pytest
import requests

from sandbox import demo
from tests.sandbox.tools import BASE, TABLE, Tools, error_of, tools

__all__ = ("tools",)
SPEED = 5
HIDDEN = "INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND"


def call(tools: Tools, path: str, method: str = "GET", **more: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {more.pop('token', demo.AIRTABLE_TOKEN)}"}
    url = f"{tools.sandbox.url}/airtable/v0/{path}"
    return requests.request(method, url, headers=headers, **{"timeout": 5, **more})


def narrow(tools: Tools, *scopes: str, bases: list[str] | None = None) -> str:
    body = {"scopes": scopes, "bases": bases}
    return str(tools.sandbox.post("/tools/airtable-token", **body)["token"])


def test_a_token_does_only_what_its_scopes_say(tools: Tools) -> None:
    reads = tools.table(token=narrow(tools, "data.records:read"))
    assert reads.all() == []
    with pytest.raises(requests.HTTPError) as refused:
        reads.create({"Nom": "Zoé"})
    status, error = error_of(refused)
    assert (status, error["type"]) == (403, HIDDEN)
    with pytest.raises(requests.HTTPError) as unseen:
        reads.schema()
    assert error_of(unseen)[0] == 403


def test_a_token_opens_only_the_bases_added_to_it(tools: Tools) -> None:
    token = narrow(tools, "data.records:read", "schema.bases:read", bases=[])
    assert tools.airtable(token).bases() == []
    with pytest.raises(requests.HTTPError) as refused:
        tools.table(token=token).all()
    assert error_of(refused)[0] == 403


def test_columns_need_a_scope_of_their_own(tools: Tools) -> None:
    token = narrow(tools, "data.records:write", "schema.bases:read")
    with pytest.raises(requests.HTTPError) as refused:
        tools.table(token=token).create_field("Neuve", "singleLineText")
    assert error_of(refused)[0] == 403


@pytest.mark.parametrize("token", ["", "patWrong.0", "keyLegacy000000"])
def test_an_unknown_token_is_refused(tools: Tools, token: str) -> None:
    answer = call(tools, f"{BASE}/{TABLE}", token=token)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "AUTHENTICATION_REQUIRED"


@pytest.mark.parametrize(
    ("path", "method", "status", "error"),
    [
        (f"{BASE}/{TABLE}/recMissing0000000", "GET", 404, "NOT_FOUND"),
        (f"{BASE}/{TABLE}/recMissing0000000", "PATCH", 404, "NOT_FOUND"),
        (f"{BASE}/{TABLE}/recMissing0000000", "DELETE", 404, "NOT_FOUND"),
        ("meta/nothing", "GET", 403, HIDDEN),
        (f"{BASE}/{TABLE}/a/b/c", "GET", 404, "NOT_FOUND"),
        (f"{BASE}/tblMissing0000000", "GET", 403, HIDDEN),
        (f"appMissing0000000/{TABLE}", "GET", 403, HIDDEN),
    ],
)
def test_what_is_not_there_is_told_in_two_forms(
    tools: Tools, path: str, method: str, status: int, error: str
) -> None:
    answer = call(tools, path, method, json={"fields": {}} if method == "PATCH" else None)
    told = answer.json()["error"]
    assert (answer.status_code, told if isinstance(told, str) else told["type"]) == (status, error)


def test_a_row_that_is_gone_fails_a_batch(tools: Tools) -> None:
    table = tools.table()
    kept, gone = (table.create({"Nom": name})["id"] for name in ("Zoé", "Léa"))
    tools.do("airtable", "delete_row", row=gone)
    with pytest.raises(requests.HTTPError) as refused:
        table.batch_update([{"id": one, "fields": {"Nom": "Eva"}} for one in (kept, gone)])
    status, error = error_of(refused)
    assert (status, error["type"]) == (422, "ROW_DOES_NOT_EXIST")
    assert table.get(kept)["fields"] == {"Nom": "Zoé"}


def test_the_sixth_call_of_a_second_locks_the_base_out(tools: Tools) -> None:
    tools.options(airtable_per_base=5, airtable_per_token=50, speed=SPEED)
    table = tools.table()
    for _time in range(5):
        table.all()

    # On a slow machine the sixth may come when the second is over.
    def go_on() -> None:
        for _time in range(100):
            table.all()

    with pytest.raises(requests.HTTPError) as refused:
        go_on()
    assert refused.value.response.status_code == 429
    assert refused.value.response.json()["errors"][0]["error"] == "RATE_LIMIT_REACHED"
    assert "Retry-After" not in refused.value.response.headers
    # The second is over by then, the lock-out of 30 seconds is not.
    time.sleep(1.5 / SPEED)
    assert call(tools, f"{BASE}/{TABLE}").status_code == 429
    time.sleep(30 / SPEED)
    assert call(tools, f"{BASE}/{TABLE}").status_code == 200


def test_a_token_has_a_limit_over_all_bases(tools: Tools) -> None:
    tools.options(airtable_per_token=3, airtable_per_base=50)
    answers = [call(tools, "meta/whoami").status_code for _time in range(4)]
    assert answers == [200, 200, 200, 429]
    other = narrow(tools, "data.records:read")
    assert call(tools, "meta/whoami", token=other).status_code == 200


def test_the_stand_in_tells_how_fast_callers_were(tools: Tools) -> None:
    tools.options(airtable_per_base=3)
    tools.sandbox.delete("/tools/rates")
    answers = [call(tools, f"{BASE}/{TABLE}").status_code for _time in range(5)]
    rate = tools.rates(times=True)[f"airtable base {BASE}"]
    assert answers.count(429) == rate["refused"] == 2
    assert (rate["calls"], rate["most_per_second"], rate["most_per_minute"]) == (5, 5, 5)
    assert rate["times_ms"] == sorted(rate["times_ms"])
    assert rate["last_ms"] - rate["first_ms"] < 1000


def test_a_revoked_token_dies_and_lives_again(tools: Tools) -> None:
    tools.do("airtable", "revoke_token")
    assert call(tools, "meta/whoami").status_code == 401
    tools.do("airtable", "revive_token")
    assert call(tools, "meta/whoami").status_code == 200


def test_people_change_the_table_behind_the_products_back(tools: Tools) -> None:
    table = tools.table()
    row = table.create({"Nom": "Zoé", "Niveau": "Chaud"})["id"]
    tools.do("airtable", "edit_cell", row=row, column="Nom", value="Zoé B.")
    tools.do("airtable", "rename_column", column="Niveau", to="Chaleur")
    assert table.get(row)["fields"] == {"Nom": "Zoé B.", "Chaleur": "Chaud"}
    tools.do("airtable", "delete_choice", column="Chaleur", choice="Froid")
    with pytest.raises(requests.HTTPError) as refused:
        table.update(row, {"Chaleur": "Froid"})
    assert error_of(refused)[1]["type"] == "INVALID_MULTIPLE_CHOICE_OPTIONS"
    tools.do("airtable", "delete_column", column="Chaleur")
    with pytest.raises(requests.HTTPError) as unknown:
        table.update(row, {"Chaleur": "Chaud"})
    assert error_of(unknown)[1]["type"] == "UNKNOWN_FIELD_NAME"


@pytest.mark.parametrize("deed", ["unshare", "delete_target"])
def test_a_table_that_was_taken_away_cannot_be_seen(tools: Tools, deed: str) -> None:
    tools.sandbox.post("/tools/do", tool="airtable", deed=deed)
    assert call(tools, f"{BASE}/{TABLE}").json()["error"]["type"] == HIDDEN


def test_a_base_is_shared_again(tools: Tools) -> None:
    tools.do("airtable", "unshare")
    assert BASE not in [base.id for base in tools.airtable().bases()]
    tools.do("airtable", "share")
    assert BASE in [base.id for base in tools.airtable().bases()]


def test_a_renamed_table_keeps_its_id(tools: Tools) -> None:
    tools.do("airtable", "rename_target", to="Prospects")
    assert tools.table().all() == []
    assert call(tools, f"{BASE}/Prospects").status_code == 200
    assert call(tools, f"{BASE}/Leads").status_code == 403


@pytest.mark.parametrize(
    ("kind", "status"),
    [("rate_limited", 429), ("server_error", 500), ("bad_gateway", 502), ("revoked_token", 401)],
)
def test_faults_are_played(tools: Tools, kind: str, status: int) -> None:
    tools.fault("airtable", kind, operation="create")
    assert call(tools, f"{BASE}/{TABLE}").status_code == 200
    body = {"fields": {"Nom": "Zoé"}}
    assert call(tools, f"{BASE}/{TABLE}", "POST", json=body).status_code == status
    assert tools.table().all() == []


def test_a_row_may_be_written_while_its_answer_is_lost(tools: Tools) -> None:
    for kind in ("lost_after_acceptance", "timeout_after_acceptance"):
        tools.fault("airtable", kind, seconds=0.5)
        with pytest.raises(requests.RequestException):
            call(tools, f"{BASE}/{TABLE}", "POST", json={"fields": {"Nom": kind}}, timeout=0.3)
    assert len(tools.table().all()) == 2


def test_faults_at_random_repeat_with_their_seed(tools: Tools) -> None:
    def statuses(seed: int) -> list[int]:
        tools.sandbox.delete("/faults")
        tools.fault("airtable", "server_error", times=None, chance=0.4, seed=seed)
        return [call(tools, "meta/whoami").status_code for _time in range(30)]

    first, again, other = statuses(7), statuses(7), statuses(8)
    assert first == again != other
    assert 4 <= first.count(500) <= 20


def test_a_chance_is_between_none_and_all(tools: Tools) -> None:
    refused = tools.sandbox.post("/faults", service="airtable", kind="server_error", chance=2)
    assert "chance" in refused["error"]
