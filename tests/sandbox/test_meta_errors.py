"""Meta's errors on request: every code of the fact sheet, usage headers, lost answers."""

import json

import pytest
import requests

from sandbox import demo
from tests.sandbox.conftest import Sandbox
from tests.sandbox.meta import call, error_of
from tests.sandbox.test_meta import codes, send
from tests.stack import wait_until

CONTACT = "70123456789012345"
# The fact sheet's section 8.
CODES = [
    (1, None, 500),
    (2, None, 500),
    (2, 2018344, 400),
    (3, None, 400),
    (4, None, 400),
    (10, None, 403),
    (10, 2018278, 400),
    (10, 2534022, 400),
    (10, 2018065, 400),
    (10, 2018108, 400),
    (10, 2018300, 400),
    (10, 1893063, 400),
    (17, None, 400),
    (32, None, 400),
    (100, None, 400),
    (100, 2018001, 400),
    (100, 2534014, 400),
    (100, 2018109, 400),
    (100, 2018034, 400),
    (100, 2534025, 400),
    (100, 2534013, 400),
    (100, 2534029, 400),
    (100, 2534122, 400),
    (102, None, 401),
    (190, 458, 401),
    (190, 459, 401),
    (190, 460, 401),
    (190, 463, 401),
    (190, 464, 401),
    (190, 467, 401),
    (190, 492, 401),
    (200, 2018028, 403),
    (200, 2534041, 403),
    (230, None, 400),
    (341, None, 400),
    (368, None, 400),
    (506, None, 400),
    (551, 1545041, 400),
    (613, None, 400),
    (1200, None, 400),
    (9010, None, 400),
    (10900, None, 400),
    (80001, None, 400),
    (80002, None, 400),
    (80006, None, 429),
    (1545133, None, 400),
    (2534001, None, 400),
]


@pytest.mark.parametrize(("code", "subcode", "status"), CODES)
def test_every_code_can_be_provoked(
    sandbox: Sandbox, code: int, subcode: int | None, status: int
) -> None:
    asked = {"code": code, "subcode": subcode, "status": status}
    sandbox.post("/faults", service="graph", kind="error", **asked)
    assert codes(send(sandbox, CONTACT)) == (status, code, subcode)
    assert send(sandbox, CONTACT).status_code == 200


@pytest.mark.parametrize(("code", "status"), [(1, 500), (2, 500), (190, 401), (100, 400)])
def test_a_code_has_its_usual_status(sandbox: Sandbox, code: int, status: int) -> None:
    sandbox.post("/faults", service="graph", kind="error", code=code)
    answer = send(sandbox, CONTACT)
    assert answer.status_code == status
    assert answer.json()["error"].get("is_transient", False) is (code < 3)


def test_an_error_carries_the_headers_asked_for(sandbox: Sandbox) -> None:
    headers = {"Retry-After": "7", "X-App-Usage": '{"call_count":100}'}
    sandbox.post("/faults", service="graph", kind="error", code=4, headers=headers)
    answer = send(sandbox, CONTACT)
    assert {name: answer.headers[name] for name in headers} == headers


def test_an_error_may_come_although_the_message_left(sandbox: Sandbox) -> None:
    sandbox.post("/faults", service="graph", kind="error", code=2, accepted=True)
    assert codes(send(sandbox, CONTACT, "Bonjour"))[:2] == (500, 2)
    [call_] = sandbox.get("/calls", operation="send")["calls"]
    assert (call_["text"], call_["fault"]) == ("Bonjour", "error")
    assert wait_until(lambda: sandbox.product.posts, 2)


def test_a_fault_may_be_kept_to_one_operation(sandbox: Sandbox) -> None:
    sandbox.post("/faults", service="graph", kind="error", code=613, operation="profile")
    assert send(sandbox, CONTACT).status_code == 200
    assert error_of(call(sandbox, "GET", "me", demo.PAGE_TOKEN)) == (613, None)


def test_every_tenth_send_is_accepted_and_its_answer_lost(sandbox: Sandbox) -> None:
    sandbox.post(
        "/faults",
        service="graph",
        kind="lost_after_acceptance",
        operation="send",
        every=10,
        times=None,
    )
    lost = []
    for number in range(1, 31):
        try:
            assert send(sandbox, CONTACT, f"Message {number}").status_code == 200
        except requests.ConnectionError:
            lost.append(number)
    assert lost == [10, 20, 30]
    assert sandbox.get("/counts")["accepted_sends"] == 30


def test_the_number_of_times_counts_what_was_played(sandbox: Sandbox) -> None:
    sandbox.post("/faults", service="graph", kind="error", code=4, every=2, times=2)
    answers = [send(sandbox, CONTACT).status_code for _ in range(8)]
    assert answers == [200, 400, 200, 400, 200, 200, 200, 200]


def test_usage_headers_stand_on_every_answer(sandbox: Sandbox) -> None:
    usage = {"app": 85, "business": 95, "minutes": 12, "type": "pages"}
    sandbox.post("/options", usage=usage)
    for answer in (
        call(sandbox, "GET", "me", demo.PAGE_TOKEN),
        call(sandbox, "GET", "nonsense", demo.PAGE_TOKEN),
    ):
        app = json.loads(answer.headers["X-App-Usage"])
        assert app == {"call_count": 85, "total_cputime": 85, "total_time": 85}
        [business] = json.loads(answer.headers["X-Business-Use-Case-Usage"])[demo.PAGE_ID]
        assert (business["type"], business["call_count"]) == ("pages", 95)
        assert business["estimated_time_to_regain_access"] == 12


def test_without_the_option_no_usage_is_told(sandbox: Sandbox) -> None:
    assert "X-App-Usage" not in call(sandbox, "GET", "me", demo.PAGE_TOKEN).headers


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({"usage": 3}, "usage"),
        ({"nonsense": True}, "page_size"),
        ({"page_size": "two"}, "page_size"),
    ],
)
def test_a_wrong_option_is_refused_with_what_exists(
    sandbox: Sandbox, asked: dict[str, object], word: str
) -> None:
    assert word in sandbox.post("/options", **asked)["error"]


@pytest.mark.parametrize("service", ["tiktok", "youtube"])
def test_other_services_may_have_errors_of_their_own(sandbox: Sandbox, service: str) -> None:
    asked = {"reason": "quotaExceeded", "code": 403, "status": 403, "operation": "list"}
    [kept] = sandbox.post("/faults", service=service, kind="error", **asked)["faults"]
    assert asked.items() <= kept.items()
