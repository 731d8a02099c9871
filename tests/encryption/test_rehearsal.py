"""A change of the key while real processes read, killed and taken up again."""

from pathlib import Path

import pytest

from tests import migrated, postgres
from tests.encryption.rehearsal import Outcome, Rehearsal

SECRETS = 500


def check(outcome: Outcome) -> None:
    assert outcome.reads > SECRETS
    assert outcome.unreadable == 0
    assert len(outcome.killed_after) == 2
    assert 0 < outcome.killed_after[0] < outcome.killed_after[1] < SECRETS
    assert outcome.readable_without_the_old_key == SECRETS


@pytest.mark.slow
def test_nobody_notices_a_change_of_the_key_on_sqlite(tmp_path: Path) -> None:
    check(Rehearsal(tmp_path, SECRETS, readers=1, kills=2).run())


@pytest.mark.slow
def test_nobody_notices_a_change_of_the_key_on_postgresql(
    tmp_path: Path, postgres_server: postgres.Server
) -> None:
    with postgres_server.database(like=migrated.template()) as url:
        check(Rehearsal(tmp_path, SECRETS, url, readers=1, kills=2).run())
