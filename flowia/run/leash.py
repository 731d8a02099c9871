"""Start a program so that it does not outlive the one who starts it.

`python leash.py PARENT PROGRAM ARGUMENT...`, where PARENT is the process id that must still be
the parent, or 0 for the supervisor of the run. On Linux the kernel sends SIGTERM to the program
when its parent dies, whatever killed it. Elsewhere there is no such promise to ask for.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
# Made by a run that is ending. A signal that reaches a child of supervisor before it becomes this
# program is lost, and would be waited for in vain.
ENDING = "run/ending"
# The variable in which supervisor leaves its process id to its children.
SUPERVISOR = "FLOWIA_SUPERVISOR"


def main() -> None:
    """Become the program named on the command line."""
    parent, *command = sys.argv[1:]
    hold(int(parent))
    # An ignored signal stays ignored in the next program; a shell's background jobs ignore Ctrl-C.
    for number in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted


def be_called(name: str) -> None:
    """Give this process the name under which `ps` and `top` show it, 15 letters at most."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15])


def hold(parent: int) -> None:
    """Let this process end with its parent, and now if that is gone or its run is ending."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if (parent or int(os.environ.get(SUPERVISOR, os.getppid()))) != os.getppid():
            sys.exit("The parent is already gone.")
    if not parent and (Path(os.environ["FLOWIA_VAR"]) / ENDING).exists():
        sys.exit(0)


if __name__ == "__main__":
    main()
