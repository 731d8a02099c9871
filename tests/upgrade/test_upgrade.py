"""The version before the last migrations is replaced by this one, while people write."""

from pathlib import Path
from subprocess import CalledProcessError

import pytest

from flowia.embedded import BASE_DIR
from tests import postgres
from tests.upgrade.rehearsal import Wishes, rehearse
from tests.upgrade.trees import before_the_last_migrations

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_no_webhook_fails_and_nobody_is_forgotten(
    postgres_server: postgres.Server, tmp_path: Path
) -> None:
    try:
        found = before_the_last_migrations(tmp_path / "trees")
    except (CalledProcessError, FileNotFoundError) as error:
        pytest.skip(f"no history to upgrade from: {error}")
    if found is None:
        pytest.skip("the clone is too shallow: it has no version with other migrations")
    revision, tree = found

    # One transaction that reads for long is in the migrations' way at first.
    wishes = Wishes(rate=2, pause=1.5, held=6)
    report = rehearse(tree, BASE_DIR, tmp_path / "run", postgres_server, wishes)

    assert report.wrong == {}, f"from {revision}"
    assert len(report.reckoning.answered) == len(report.traffic.contacts)
