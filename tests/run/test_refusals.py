"""What cannot run says why in one sentence."""

import ast
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowia import bootstrap
from flowia.embedded import BASE_DIR
from tests.stack import Stack

MANY = (99, 0)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    found = Stack(tmp_path / "var", {"LANG": "en_US.UTF-8"})
    yield found
    found.kill()


def refusal(stack: Stack, *options: str, **environment: str) -> str:
    """Run `up`, which must refuse with one line, and return it."""
    stack.environment.update(environment)
    done = stack.manage("up", *options)
    text = done.stdout + done.stderr
    assert done.returncode == 1, text
    assert text.count("\n") == 1, text
    assert not stack.survivors()
    return text


@pytest.mark.parametrize("name", ["PORT", "SANDBOX_PORT", "SANDBOX_MAIL_PORT"])
def test_a_taken_port(stack: Stack, name: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        text = refusal(stack, **{name: port})

    assert port in text
    assert f"{name}=" in text


@pytest.mark.parametrize("value", ["http", "0", "65536", "-1", "²"])
def test_a_port_that_is_none(stack: Stack, value: str) -> None:
    assert "PORT" in refusal(stack, PORT=value)


def test_the_same_port_twice(stack: Stack) -> None:
    assert "SANDBOX_PORT" in refusal(stack, SANDBOX_PORT=stack.environment["PORT"])


def test_a_folder_that_cannot_be_written(stack: Stack) -> None:
    assert "/dev/null/var" in refusal(stack, FLOWIA_VAR="/dev/null/var")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(stack: Stack) -> None:
    stack.var.mkdir(mode=0o500)

    assert str(stack.var) in refusal(stack)


def test_a_database_that_does_not_answer(stack: Stack) -> None:
    nobody = f"postgresql://flowia@127.0.0.1:{stack.port + 1}/flowia"
    stack.environment["DATABASE_URL"] = nobody
    done = stack.manage("up", "--serve")

    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert "prepare.log" in done.stdout


def test_the_bootstrap_is_read_by_an_old_python() -> None:
    source = (BASE_DIR / "flowia" / "bootstrap.py").read_text(encoding="utf-8")

    assert ast.parse(source, feature_version=(3, 6))


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with nothing but requirements, where the bootstrap believes it lives."""
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).touch()
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    for name, path in {"PYTHON": "bin/python", "STAMP": "s", "UNFINISHED": "u", "LOG": "l"}.items():
        monkeypatch.setattr(bootstrap, name, tmp_path / ".venv" / path)
    monkeypatch.setattr(bootstrap, "listen", lambda: None)
    monkeypatch.setattr("sys.argv", ["bootstrap.py", "dev"])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("empty")
@pytest.mark.parametrize(
    ("lang", "word"), [("en_GB.UTF-8", "needs"), ("C", "demande"), ("", "demande")]
)
def test_an_old_python(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, word: str
) -> None:
    monkeypatch.setattr(bootstrap, "OLDEST", MANY)
    monkeypatch.setenv("LANG", lang)
    monkeypatch.setenv("LC_ALL", "")

    assert bootstrap.main() == 1
    assert f"Flow IA {word} Python" in capsys.readouterr().out.splitlines()[-1]


def test_no_network(
    empty: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pip's own words for a network that is away, since it is asked where nobody listens."""
    (empty / ".venv").mkdir()
    (empty / "requirements.txt").write_text("celery==0.0.1\n", encoding="utf-8")
    monkeypatch.setattr(bootstrap, "is_sound", lambda: True)
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:1/simple")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("LANG", "en")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)

    assert bootstrap.main() == 1
    shown = capsys.readouterr().out
    assert "the network does not answer" in shown.splitlines()[-1]
    assert "Traceback" not in shown
    assert not bootstrap.UNFINISHED.exists()


def test_a_half_made_or_moved_environment_is_made_again(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty / ".venv").mkdir()
    assert not bootstrap.is_sound()

    bootstrap.make_venv()
    assert not bootstrap.is_sound(), "nothing is installed yet"
    bootstrap.UNFINISHED.unlink()
    assert bootstrap.is_sound()

    (empty / ".venv").rename(empty / "other")
    monkeypatch.setattr(bootstrap, "VENV", empty / "other")
    monkeypatch.setattr(bootstrap, "PYTHON", empty / "other" / "bin" / "python")
    assert not bootstrap.is_sound()


def test_a_linked_environment_is_replaced_and_its_target_left_alone(empty: Path) -> None:
    theirs = empty / "theirs"
    theirs.mkdir()
    (theirs / "pyvenv.cfg").write_text("home = /nowhere\n", encoding="utf-8")
    (empty / ".venv").symlink_to(theirs)

    bootstrap.make_venv()

    assert [path.name for path in theirs.iterdir()] == ["pyvenv.cfg"]
    assert not (empty / ".venv").is_symlink()


def test_a_linked_environment_is_never_installed_into(empty: Path) -> None:
    bootstrap.make_venv()
    bootstrap.UNFINISHED.unlink()
    (empty / ".venv").rename(empty / "theirs")
    (empty / ".venv").symlink_to(empty / "theirs")

    assert not bootstrap.is_sound()
