"""Start a program so that it does not outlive the one who starts it.

`python leash.py PARENT PROGRAM ARGUMENT...`, where PARENT is the process id that must still be
the parent, or 0 for any. On Linux the kernel then sends SIGTERM to the program when its parent
dies, whatever killed it. Elsewhere there is no such promise to ask for.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Become the program named on the command line."""
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if int(parent) not in {0, os.getppid()}:
            sys.exit("The parent is already gone.")
    # An ignored signal stays ignored in the next program; a shell's background jobs ignore Ctrl-C.
    for number in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    os.execvp(command[0], command)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
