"""One step of a rehearsal, as a process of its own: `python -m tests.encryption.vault STEP`.

`fill NUMBER` makes a fresh database with so many secrets; `read FOLDER` decrypts all of them
over and over until FOLDER holds a file `stop`; `once` does it one time. The last two print
`{"reads": …, "unreadable": …}`.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import django
from django.core.management import call_command


def fill(number: str) -> None:
    """Migrate, and make half the secrets accounts' and half integrations'."""
    from accounts.models import Workspace  # noqa: PLC0415 - Django has to be set up first
    from integrations.models import Integration  # noqa: PLC0415
    from social.models import SocialAccount  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    workspace = Workspace.objects.create(name="Atelier")
    kinds = [f"k{one}" for one in range(int(number) // 2)]
    accounts = [SocialAccount(workspace=workspace, kind=kind) for kind in kinds]
    integrations = [Integration(workspace=workspace, kind=kind) for kind in kinds]
    for row in (*accounts, *integrations):
        row.seal({"token": f"jeton-{row.uid}"})
    SocialAccount.objects.bulk_create(accounts, batch_size=500)
    Integration.objects.bulk_create(integrations, batch_size=500)


def read(folder: str) -> None:
    """Decrypt until told to stop."""
    reads = unreadable = 0
    while not (Path(folder) / "stop").exists():
        for readable in _all():
            reads += 1
            unreadable += not readable
        (Path(folder) / f"reading-{os.getpid()}").touch()
    _tell(reads, unreadable)


def once() -> None:
    """Decrypt everything one time."""
    seen = list(_all())
    _tell(len(seen), seen.count(False))


def _all() -> Iterable[bool]:
    from flowia.lib.crypto import CannotDecryptError  # noqa: PLC0415 - as above
    from flowia.lib.sealed import SealedRow, sealed_models  # noqa: PLC0415

    for model in sealed_models():
        if not issubclass(model, SealedRow):
            continue
        for row in model.objects.iterator(chunk_size=100):  # type: ignore[attr-defined]
            try:
                yield row.credentials == {"token": f"jeton-{row.uid}"}
            except CannotDecryptError:
                yield False


def _tell(reads: int, unreadable: int) -> None:
    sys.stdout.write(json.dumps({"reads": reads, "unreadable": unreadable}))


STEPS: dict[str, Callable[..., None]] = {"fill": fill, "read": read, "once": once}

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "flowia.settings"
    django.setup()
    STEPS[sys.argv[1]](*sys.argv[2:])
