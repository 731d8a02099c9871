"""How the same pipeline on NestJS and BullMQ is installed and started."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks.throughput.limit.prompt import INSTRUCTIONS
from benchmarks.throughput.pointing import pointed
from flowia.embedded import BASE_DIR
from sandbox.demo import AIRTABLE_FIELD_IDS, PAGE_TOKEN

HERE = Path(__file__).parent
FOLDER = BASE_DIR / "var" / "benchmark-nestjs"
"""Outside of what is kept in the repository."""
PREPARE = [["node", "dist/migrate.js"]]
INSTALL_SECONDS = 600


def missing() -> str:
    """Return why it cannot run on this machine; "" when it can."""
    gone = [name for name in ("node", "npm") if shutil.which(name) is None]
    return f"{' and '.join(gone)} not found" if gone else ""


def install() -> None:
    """Copy the sources, install the pinned packages where they differ, compile."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    lock = HERE / "package-lock.json"
    copied = FOLDER / lock.name
    fresh = (FOLDER / "node_modules").is_dir() and copied.is_file()
    same = fresh and copied.read_bytes() == lock.read_bytes()
    for name in ("package.json", "tsconfig.json"):
        shutil.copy(HERE / name, FOLDER)
    shutil.copytree(HERE / "src", FOLDER / "src", dirs_exist_ok=True)
    if not same:
        shutil.copy(lock, FOLDER)
        _run("npm", "ci", "--include=dev", "--no-audit", "--no-fund")
    _run("npm", "run", "build")


def environment(*, database: str, redis: str, port: int, world: str) -> Mapping[str, str]:
    """Return what its processes are started with; `world` is the stand-ins' address."""
    return {
        **pointed(database=database, redis=redis, port=port, world=world),
        "NODE_ENV": "production",
        "PAGE_TOKEN": PAGE_TOKEN,
        "BUSINESS": INSTRUCTIONS,
        "AIRTABLE_COLUMNS": json.dumps(AIRTABLE_FIELD_IDS),
    }


def commands(_port: int) -> dict[str, list[str]]:
    """Return its processes by their names; they start in FOLDER."""
    return {
        "web": ["node", "dist/web.js"],
        "worker-incoming": ["node", "dist/worker.js", "incomingMessages"],
        "worker-reply": ["node", "dist/worker.js", "autoReply"],
    }


def _run(*command: str) -> None:
    done = subprocess.run(
        command, cwd=FOLDER, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
