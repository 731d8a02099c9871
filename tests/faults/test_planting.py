"""A bug is planted into every process, however many of them start at once."""

import os
import subprocess
import sys
from pathlib import Path

from flowia.embedded import BASE_DIR
from tests.faults.storm import planting

ASKED = "import processing.ai.rate as rate; print(rate.take_turn.__name__)"


def test_what_is_planted_stays_there_while_more_processes_are_started(tmp_path: Path) -> None:
    path = planting.write(tmp_path, BASE_DIR, "calls-uncounted")
    planted = tmp_path / "sitecustomize.py"
    os.utime(planted, (1, 1))
    assert planting.write(tmp_path, BASE_DIR, "calls-uncounted") == path
    assert planted.stat().st_mtime == 1
    told = {**os.environ, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "flowia.settings"}
    asked = [sys.executable, "-c", ASKED]
    done = subprocess.run(asked, env=told, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "<lambda>", done.stderr
