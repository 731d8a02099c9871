"""The table of contents of a run: the steps from an empty folder to a working address and back.

Everything that lives longer than a step is a child in a session of its own. Whatever ends this
process, a signal, an error or SIGKILL, ends them too.
"""

import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

from flowia.embedded import BASE_DIR, ensure_secrets, write_private
from flowia.production import refusal
from flowia.run import children, lock, prepare, readiness, supervisor, valkey
from flowia.run.banner import no_browser, say, trouble, welcome
from flowia.run.leash import ENDING
from flowia.run.plan import CannotRunError, Plan, make_plan
from flowia.run.ports import check_ports
from flowia.run.signals import InterruptedRunError, Interruptions
from flowia.run.words import _

LAST_RUN_SECONDS = 60
READY_SECONDS = 60
STOP_SECONDS = 75
BROWSER_SECONDS = 20


def conduct(*, serve: bool) -> int:
    """Run Flow IA until somebody asks to stop; return the exit status."""
    interruptions = Interruptions()
    interruptions.listen()
    try:
        plan = make_plan(serve=serve)
        refuse_unsafe(plan)
        make_folders(plan)
        held = take_lock(plan, interruptions)
        check_ports(plan)
        write_environment(plan, interruptions)
        prepare_data(plan, interruptions)
        keep_running(plan, interruptions, held)
    except InterruptedRunError:
        say(_("Stopped before everything was up."))
    except CannotRunError as error:
        say(str(error))
        return 1
    except OSError as error:
        say(_("%(path)s: %(reason)s.") % {"path": error.filename, "reason": error.strerror})
        return 1
    finally:
        interruptions.leave()
    return 0


def refuse_unsafe(plan: Plan) -> None:
    """Raise CannotRunError when the settings are not fit for production, or badly formed."""
    reason = refusal(plan.told, demo=not plan.serve)
    if reason:
        raise CannotRunError(reason)


def make_folders(plan: Plan) -> None:
    """Make the folders of a run; raises CannotRunError when that is not allowed."""
    try:
        for folder in (plan.var, plan.var / "log", plan.var / "run"):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=folder):
                pass
    except OSError as error:
        raise CannotRunError(
            _("%(folder)s cannot be written (%(reason)s): set FLOWIA_VAR to a folder of yours.")
            % {"folder": plan.var, "reason": error.strerror}
        ) from error


def take_lock(plan: Plan, interruptions: Interruptions) -> IO[bytes]:
    """Become the only run of this folder, after what is left of the last one has ended."""
    limit = time.monotonic() + LAST_RUN_SECONDS
    told = False
    while True:
        held = lock.take(plan.var)
        if held:
            lock.sign(held, plan.address)
            return held
        address = lock.holder(plan.var)
        if address or time.monotonic() > limit:
            raise CannotRunError(
                _("Flow IA is already running in this folder, at %(address)s.")
                % {"address": address or plan.var}
            )
        if not told:
            say(_("The last run is still ending, one moment…"))
            told = True
        interruptions.check()
        time.sleep(children.PAUSE)


def write_environment(plan: Plan, interruptions: Interruptions) -> None:
    """Write the files that complete the environment of every process, and of `manage.py`."""
    if not plan.told.get("SECRET_KEY"):
        ensure_secrets()  # before two processes could make them at once
    if plan.own_redis:
        valkey.prepare_valkey(plan)
    else:
        (plan.var / "services.env").unlink(missing_ok=True)
    if plan.serve:
        plan.demo_file.unlink(missing_ok=True)
    else:
        write_private(plan.demo_file, ask_sandbox(plan, "environment", interruptions))
    supervisor.write_config(plan)


def ask_sandbox(plan: Plan, question: str, interruptions: Interruptions) -> str:
    """Return what `python -m sandbox` answers; raises CannotRunError when it fails."""
    with tempfile.TemporaryFile() as output:
        asked = children.start(
            ["-m", "sandbox", question],
            cwd=BASE_DIR,
            environment=plan.told | plan.environment(),
            output=output,
        )
        finish(asked, interruptions)
        output.seek(0)
        answer = output.read().decode(errors="replace")
    if asked.returncode:
        raise CannotRunError(_("The sandbox does not start: %(reason)s") % {"reason": answer})
    return answer


def prepare_data(plan: Plan, interruptions: Interruptions) -> None:
    """Bring database, demo data and static files up to date, where anything changed."""
    parts = prepare.needed(plan)
    if not parts:
        return
    say(_("Preparing the database and the pages…"))
    jobs = [["static"], [part for part in parts if part != "static"]]
    log = plan.var / "log" / "prepare.log"
    with log.open("wb") as output:
        working = [
            children.start(
                ["-m", "flowia.run.prepare", *job],
                cwd=BASE_DIR,
                environment=plan.environment(),
                output=output,
            )
            for job in jobs
            if set(job) & set(parts)
        ]
        try:
            for process in working:
                finish(process, interruptions)
        finally:
            for process in working:
                children.end(process, grace=2)
    if any(process.returncode for process in working):
        raise CannotRunError(
            _("The preparation failed: %(reason)s (all of it: %(path)s)")
            % {"reason": last_line(log), "path": log}
        )
    prepare.note(plan)


def last_line(path: Path) -> str:
    """Return the last line of a log that says something."""
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "?")


def finish(process: "subprocess.Popen[bytes]", interruptions: Interruptions) -> None:
    """Wait for a child; end it and raise InterruptedRunError when somebody asks to stop."""
    if not children.wait(process, until=interruptions.any):
        children.end(process, grace=2)
        interruptions.check()


def keep_running(plan: Plan, interruptions: Interruptions, held: IO[bytes]) -> None:
    """Start supervisor, tell when all is ready, and stop everything when somebody asks to."""
    say(_("Starting the processes…"))
    (plan.var / ENDING).unlink(missing_ok=True)
    with (plan.var / "log" / "supervisord.out").open("wb") as output:
        # The lock is supervisor's standard input: it is held while a process of this run lives.
        supervised = children.start(
            ["-m", "flowia.run.forking", "-c", supervisor.CONFIG],
            cwd=BASE_DIR,
            environment=supervisor.environment(plan),
            output=output,
            stdin=held,
        )
        try:
            greet(plan, interruptions, supervised)
            tell_of_browser(plan, interruptions)
            children.wait(supervised, until=interruptions.any)
            if not interruptions.any():
                path = plan.var / "log" / "supervisord.out"
                raise CannotRunError(_("The supervisor ended: see %(path)s.") % {"path": path})
            say(_("Stopping…"))
        finally:
            stop(plan, supervised, interruptions)
    say(_("Everything is stopped."))


def open_shop(plan: Plan, interruptions: Interruptions) -> None:
    """Let the demo sell its plans at the sandbox's Stripe; without it, all the rest works."""
    if plan.serve:
        return
    log = plan.var / "log" / "prepare.log"
    with log.open("ab") as output:
        opening = children.start(
            ["-m", "flowia.run.prepare", "shop"],
            cwd=BASE_DIR,
            environment=plan.environment(),
            output=output,
        )
        finish(opening, interruptions)
    if opening.returncode:
        say(_("The demo sells no plans this time: see %(path)s.") % {"path": log})


def greet(plan: Plan, interruptions: Interruptions, supervised: "subprocess.Popen[bytes]") -> None:
    """Wait until everything is ready and say so; after a minute say once what is not."""
    lines = "" if plan.serve else ask_sandbox(plan, "banner", interruptions)
    limit = time.monotonic() + READY_SECONDS
    told = False
    while not interruptions.any() and supervised.poll() is None:
        parts = readiness.failing(plan)
        if not parts:
            open_shop(plan, interruptions)
            say(welcome(plan, lines))
            return
        if time.monotonic() > limit and not told:
            say(trouble(plan, parts))
            told = True
        time.sleep(4 * children.PAUSE)


def tell_of_browser(plan: Plan, interruptions: Interruptions) -> None:
    """Say it when the workers found no browser; they look as soon as they run."""
    limit = time.monotonic() + BROWSER_SECONDS
    while not interruptions.any() and time.monotonic() < limit:
        found = readiness.browser(plan)
        if found is False:
            say(no_browser())
        if found is not None:
            return
        time.sleep(4 * children.PAUSE)


def stop(plan: Plan, supervised: "subprocess.Popen[bytes]", interruptions: Interruptions) -> None:
    """Let supervisor stop its programs in their order; a second request hurries."""
    (plan.var / ENDING).touch()
    if supervised.poll() is None:
        supervised.terminate()
    asked, limit = interruptions.count, time.monotonic() + STOP_SECONDS
    children.wait(supervised, until=lambda: interruptions.count > asked or time.monotonic() > limit)
    children.end(supervised, grace=0)
