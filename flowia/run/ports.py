"""Are the ports free: asked before anything starts, so that the answer is one sentence."""

import errno
import socket

from flowia.run.plan import CannotRunError, Plan
from flowia.run.words import _


def check_ports(plan: Plan) -> None:
    """Raise CannotRunError naming the taken port and the variable that changes it."""
    wanted = {"PORT": plan.port}
    if not plan.serve:
        wanted |= {"SANDBOX_PORT": plan.sandbox_port, "SANDBOX_MAIL_PORT": plan.mail_port}
    for name, port in wanted.items():
        reason = _refusal(port)
        if reason == errno.EACCES:
            raise CannotRunError(
                _("Port %(port)s is the administrator's: choose one above 1023 with %(name)s.")
                % {"port": port, "name": name}
            )
        if reason:
            taken = _("Port %(port)s is taken by another program.") % {"port": port}
            other = _another(port, list(wanted.values()))
            command = f"{name}={other} make {'serve' if plan.serve else 'run'}"
            raise CannotRunError(
                taken + " " + _("Choose another: %(command)s") % {"command": command}
            )
    if len(set(wanted.values())) < len(wanted):
        raise CannotRunError(
            _("PORT, SANDBOX_PORT and SANDBOX_MAIL_PORT must be three different ports.")
        )


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of 127.0.0.1."""
    return not _refusal(port)


def _refusal(port: int) -> int:
    with socket.socket() as probe:
        # As the servers do: what a stopped server left in TIME_WAIT does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno or errno.EADDRINUSE
    return 0


def _another(port: int, taken: list[int]) -> int:
    later = (n for n in range(port + 10, port + 2000) if n not in taken and is_free(n))
    return next(later, 8123)
