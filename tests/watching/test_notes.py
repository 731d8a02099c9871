"""What runs by itself notes when it was done and what came of it; /metrics tells its age."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation
from redis import Redis

from flowia.lib import notes
from flowia.watching.figures import figures
from flowia.watching.metrics import whole
from flowia.watching.reading import read


@pytest.mark.django_db
def test_backups_and_invariants_are_told_with_their_age(live_redis: Redis) -> None:
    before = figures(whole(read()))
    assert before["flowia_backup_age_seconds"] == before["flowia_invariants_broken"] == {}
    call_command("note_backup", stdout=StringIO())
    call_command("check_invariants", stdout=StringIO())
    after = figures(whole(read()))
    assert 0 <= after["flowia_backup_age_seconds"][()] < 600
    assert 0 <= after["flowia_invariants_age_seconds"][()] < 600
    assert after["flowia_invariants_broken"] == {(): 0}


def test_a_backup_that_could_not_be_noted_is_no_success() -> None:
    with translation.override("en"), pytest.raises(CommandError):
        call_command("note_backup")
    assert notes.all_of_them() == {}
