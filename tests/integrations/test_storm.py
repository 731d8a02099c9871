"""Many leads through a tool that fails at random: each is a row, and one row."""

from integrations.contracts import ConnectorError, Item, Written
from tests.integrations.contract import UIDS, Subject, lead

HOW_MANY = 40
MOST_ROUNDS = 200
STORM = {
    "server_error": 0.08,
    "rate_limited": 0.05,
    "bad_gateway": 0.05,
    "timeout_after_acceptance": 0.04,
    "lost_after_acceptance": 0.08,
}


def test_every_lead_is_one_row_whatever_fails(tool: Subject) -> None:
    for seed, (kind, chance) in enumerate(STORM.items()):
        tool.fault(kind, times=None, chance=chance, seed=seed, seconds=3)
    waiting = {uid: Item(lead(number)) for number, uid in enumerate(UIDS[:HOW_MANY])}
    errors = 0
    for _ in range(MOST_ROUNDS):
        batch = list(waiting.values())[: tool.connector.batch]
        try:
            for outcome in tool.connector.push(tool.connection, batch):
                assert isinstance(outcome, Written), outcome
                waiting.pop(outcome.lead_uid)
        except ConnectorError as error:
            if not error.retryable:
                raise
            errors += 1
        if not waiting:
            break
    tool.tools.sandbox.delete("/faults")

    assert not waiting
    assert errors
    assert sorted(cells["Flow IA ID"] for cells in tool.cells()) == UIDS[:HOW_MANY]
