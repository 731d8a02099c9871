"""The first thing that runs on a fresh machine: makes `.venv`, installs, hands over to Django.

`python3 flowia/bootstrap.py run|serve|dev`. Only the standard library, and only syntax that
Python 3.6 reads, so that an old Python answers with a sentence instead of a SyntaxError.
Packages are installed with `python -m pip`: the scripts pip writes start with the path of the
virtual environment, and a space in it breaks them.
"""

import ctypes
import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

OLDEST = (3, 11)
CANDIDATES = ("python3.13", "python3.12", "python3.11", "python3.14", "python3")
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
UNFINISHED = VENV / "unfinished"
LOG = VENV / "pip.log"
GOALS = ("run", "serve", "dev")
MAKE = "FLOWIA_MAKE"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NETWORK = (
    "Temporary failure in name resolution",
    "Name or service not known",
    "nodename nor servname",
    "Failed to establish a new connection",
    "Network is unreachable",
    "Max retries exceeded",
    "ProxyError",
    "ReadTimeoutError",
    "Connection refused",
    "Connection reset",
    "Connection aborted",
)
FRENCH = {
    "usage": "Usage : python3 flowia/bootstrap.py run|serve|dev",
    "old": "Flow IA demande Python 3.11 ou plus récent, avec son module venv ; celui-ci est Python"
    " {found}. Installez-le (Debian, Ubuntu : apt install python3.11-venv), puis relancez"
    " « make {goal} ».",
    "venv": "L'environnement Python n'a pas pu être créé : {reason}",
    "folder": "Le dossier {folder} n'est pas accessible en écriture ({reason}) : donnez-vous le"
    " droit d'y écrire, ou placez Flow IA ailleurs.",
    "waiting": "Une autre commande installe déjà les paquets ; on attend qu'elle ait fini…",
    "making": "Préparation de l'environnement Python dans .venv…",
    "installing": "Installation des paquets (une minute environ la première fois)…",
    "installed": "Paquets installés en {seconds} s.",
    "network": "Les paquets n'ont pas pu être téléchargés : le réseau ne répond pas. Vérifiez la"
    " connexion, puis relancez « make {goal} ».",
    "pip": "L'installation des paquets a échoué : {reason} Le détail est dans {log} ; relancez"
    " ensuite « make {goal} ».",
    "stopped": "Interrompu pendant l'installation ; « make {goal} » la reprendra.",
}
ENGLISH = {
    "usage": "Usage: python3 flowia/bootstrap.py run|serve|dev",
    "old": "Flow IA needs Python 3.11 or newer with its venv module; this is Python {found}."
    " Install it (Debian, Ubuntu: apt install python3.11-venv), then repeat `make {goal}`.",
    "venv": "The Python environment could not be made: {reason}",
    "folder": "The folder {folder} cannot be written ({reason}): give yourself the right to write"
    " there, or put Flow IA elsewhere.",
    "waiting": "Another command is installing the packages; waiting for it to finish…",
    "making": "Preparing the Python environment in .venv…",
    "installing": "Installing the packages (about a minute the first time)…",
    "installed": "Packages installed in {seconds} s.",
    "network": "The packages could not be downloaded: the network does not answer. Check the"
    " connection, then repeat `make {goal}`.",
    "pip": "Installing the packages failed: {reason} The details are in {log}; then repeat"
    " `make {goal}`.",
    "stopped": "Interrupted during the installation; `make {goal}` will take it up again.",
}


class Sorry(Exception):  # noqa: N818 - it ends the program with one sentence for people
    """Something people can repair; carries the name of its sentence and the words to fill in."""

    def __init__(self, sentence: str, **words: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.words = words


def language() -> str:
    """Return "en" when the environment speaks English, "fr" for everyone else."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if said.lower().startswith("en") else "fr"


def say(name: str, **words: str) -> None:
    """Print one sentence in the reader's language; a closed or narrow terminal is no error."""
    text = (ENGLISH if language() == "en" else FRENCH)[name].format(**words) + "\n"
    try:
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        sys.stdout.flush()
    except OSError:
        pass


def make_for(goal: str) -> str:
    """Return the word after `make` that leads here."""
    return "test" if goal == "dev" else goal


def find_python() -> str:
    """Return the path of a Python that is new enough and can make environments.

    A name on PATH may be a pyenv shim that only says "not found", so each one is tried.
    """
    if sys.version_info >= OLDEST and can_make_venvs(sys.executable):
        return sys.executable
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        for name in CANDIDATES:
            path = Path(folder) / name
            if os.access(str(path), os.X_OK) and can_make_venvs(str(path)):
                return str(path)
    raise Sorry("old", found=sys.version.split()[0])


def can_make_venvs(python: str) -> bool:
    """Tell whether this interpreter is new enough and has venv and ensurepip."""
    probe = "import sys, venv, ensurepip; sys.exit(sys.version_info < " + repr(OLDEST) + ")"
    try:
        return quiet([python, "-c", probe]) == 0
    except OSError:
        return False


def quiet(command: "list[str]") -> int:
    """Run a short command without output and return its exit status."""
    nothing = subprocess.DEVNULL
    return subprocess.call(  # noqa: S603 - the commands are this file's
        command, stdin=nothing, stdout=nothing, stderr=nothing
    )


def wanted(goal: str) -> "dict[str, str]":
    """Return the requirement files of this goal with the digest of each."""
    names = ["requirements.txt"] + (["requirements-dev.txt"] if goal == "dev" else [])
    return {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in names}


def installed() -> "dict[str, str]":
    """Return the digests that are installed; empty for none or an unreadable stamp."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_sound() -> bool:
    """Tell whether `.venv` works, was finished, was made for this folder, and is no link."""
    if VENV.is_symlink():
        return False
    try:
        lines = (VENV / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return False
    moved = any(line.startswith("command") and not line.endswith(str(VENV)) for line in lines)
    if moved or UNFINISHED.exists():
        return False
    probe = "import sys, pip; sys.exit(sys.version_info < " + repr(OLDEST) + ")"
    try:
        return quiet([str(PYTHON), "-c", probe]) == 0
    except OSError:
        return False


def prepare(goal: str) -> None:
    """Make `.venv` and install what this goal needs, one run at a time; raises Sorry."""
    with (ROOT / "requirements.txt").open("rb") as lock:
        if not missing(goal) and is_sound():
            return
        take_turns(lock)
        sound, absent = is_sound(), missing(goal)
        if sound and not absent:
            return
        check_writable(ROOT)
        if not sound:
            say("making")
            make_venv()
        say("installing")
        started = time.time()
        install(goal)
        STAMP.write_text(json.dumps(dict(installed(), **wanted(goal))), encoding="utf-8")
        UNFINISHED.unlink()
        say("installed", seconds=str(round(time.time() - started)))


def missing(goal: str) -> bool:
    """Tell whether the requirements of this goal differ from what is installed."""
    have = installed()
    return any(have.get(name) != digest for name, digest in wanted(goal).items())


def take_turns(lock: "IO[bytes]") -> None:
    """Wait while another run installs into the same `.venv`."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("waiting")
        fcntl.flock(lock, fcntl.LOCK_EX)
    except OSError:
        pass  # a file system without locks


def check_writable(folder: Path) -> None:
    """Raise Sorry unless a file can be made in this folder, which is made if need be."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=str(folder)):
            pass
    except OSError as error:
        raise Sorry("folder", folder=str(folder), reason=os.strerror(error.errno or 0)) from error


def make_venv() -> None:
    """Make `.venv` anew with a Python that is recent enough; of a link, only the link goes."""
    python = find_python()
    if VENV.is_symlink():
        VENV.unlink()  # `venv --clear` would follow it and empty somebody else's folder
    code, output = run([python, "-m", "venv", "--clear", "--without-pip", str(VENV)])
    if not code:
        # Whoever is interrupted from here on leaves this mark, and the next run starts anew.
        UNFINISHED.touch()
        code, output = run([str(PYTHON), "-m", "ensurepip", "--default-pip"])
    if code:
        raise Sorry("venv", reason=last_line(output))


def install(goal: str) -> None:
    """Install what this goal needs; raises Sorry, saying so when the network was the reason."""
    UNFINISHED.touch()
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
    for name in sorted(wanted(goal)):
        command += ["-r", str(ROOT / name)]
    code, output = run([*command, "--progress-bar", "off", "--retries", "3"])
    if not code:
        return
    LOG.write_text(output, encoding="utf-8")
    if any(word in output for word in NETWORK):
        UNFINISHED.unlink()  # pip downloads everything before it installs anything
        raise Sorry("network", goal=make_for(goal))
    raise Sorry("pip", reason=last_line(output), log=str(LOG), goal=make_for(goal))


def last_line(output: str) -> str:
    """Return the last line that says something, errors first."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["?"])[-1]


def run(command: "list[str]") -> "tuple[int, str]":
    """Run a long command apart from the terminal; an interruption ends it and all it started."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(  # noqa: S603 - the commands are this file's
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=str(ROOT),
            preexec_fn=apart,  # noqa: PLW1509 - no thread was started
        )
        try:
            code = watch(process)
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        output.seek(0)
        return code, output.read().decode("utf-8", "replace")


def watch(process: "subprocess.Popen[bytes]") -> int:
    """Wait for the process; raises KeyboardInterrupt when `make` was asked to stop."""
    while process.poll() is None:
        if make_gave_up():
            raise KeyboardInterrupt
        time.sleep(0.05)
    return process.returncode


def apart() -> None:
    """In the child: leave the terminal's process group, and on Linux die with the parent."""
    os.setsid()
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # 1 is PR_SET_PDEATHSIG


def remember_make() -> None:
    """Note which `make` waits for this program, and the signals that it would obey."""
    if "MAKELEVEL" in os.environ:
        os.environ[MAKE] = f"{os.getppid()} {caught(os.getppid())}"


def make_gave_up() -> bool:
    """Tell whether the `make` that waits for this program is gone, or was asked to stop.

    Asked alone, as by a terminal that closes, make hands on SIGTERM but neither Ctrl-C nor
    SIGHUP: it stops listening to that signal, which Linux shows, and waits for us in silence.
    """
    pid, _, mask = os.environ.get(MAKE, "").partition(" ")
    return bool(mask) and (os.getppid() != int(pid) or bool(int(mask) & ~caught(int(pid))))


def caught(pid: int) -> int:
    """Return which of the signals that mean "stop" a process handles, as a mask; 0 if unknown."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    mask = int(status.split("SigCgt:")[1].split()[0], 16)
    return mask & sum(1 << (number - 1) for number in STOPPING)


def interrupt(*_: object) -> None:
    """Turn every signal that means "stop" into KeyboardInterrupt, once."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def listen() -> None:
    """Obey the signals that mean "stop", also where a shell told its jobs to ignore Ctrl-C."""
    for number in STOPPING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, interrupt)


def hand_over(goal: str) -> None:
    """Become the run command (`flowia/run`), which is `manage.py up` without Django's weight.

    Signals wait, blocked, until that program listens: none is lost, none shows a traceback.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    command = [str(PYTHON), "-m", "flowia.run"]
    os.execv(  # noqa: S606 - no shell is wanted
        str(PYTHON), command + (["--serve"] if goal == "serve" else [])
    )


def main() -> int:
    """Prepare the goal named on the command line and, but for `dev`, start it."""
    goal = sys.argv[-1]
    if sys.argv[1:] != [goal] or goal not in GOALS:
        say("usage")
        return 2
    remember_make()
    listen()
    try:
        os.chdir(str(ROOT))
        prepare(goal)
        if goal != "dev":
            check_writable(Path(os.environ.get("FLOWIA_VAR") or ROOT / "var"))
            hand_over(goal)
    except KeyboardInterrupt:
        say("stopped", goal=make_for(goal))
        return 130 if goal == "dev" else 0
    except Sorry as sorry:
        sorry.words.setdefault("goal", make_for(goal))
        say(sorry.sentence, **sorry.words)
        return 1
    except OSError as error:
        say("folder", folder=str(error.filename or ROOT), reason=error.strerror or "?")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
