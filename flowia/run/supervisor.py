"""The processes of a run, and the configuration with which supervisor keeps them alive."""

import shlex
from dataclasses import dataclass

from flowia.embedded import write_private
from flowia.run.plan import Plan
from flowia.run.valkey import binary, config_file

CONFIG = "run/supervisord.conf"
# The longest that a worker takes to end (25 s, flowia/stopping.py) and a little.
PATIENCE = 35
ROUND = 25
"""Seconds in which beat ends the round of dispatching that it is in, on a busy machine too."""
# queue -> name of its worker, how many at a time
WORKERS = {
    "incomingMessages": ("worker-incoming", 5),
    "autoReply": ("worker-reply", 3),
    "browserLinkedIn": ("worker-linkedin", 2),
    "background": ("worker-background", 2),
}
WEB = "flowia.wsgi -c python:flowia.server --bind 127.0.0.1:{port} --log-level warning"
SANDBOX = (
    "sandbox.wsgi --bind 127.0.0.1:{port} --workers 1 --worker-class gthread --threads 16"
    " --timeout 120 --graceful-timeout 5 --keep-alive 75 --no-control-socket --log-level warning"
)
# Paths come from the environment: written here, a space before ";" or a "%" would break them.
HEADER = """\
[supervisord]
nodaemon = true
silent = true
umask = 077
logfile = log/supervisord.log
logfile_maxbytes = 2MB
logfile_backups = 1
pidfile = run/supervisord.pid
childlogdir = log
"""
PROGRAM = """
[program:{name}]
command = %(ENV_FLOWIA_PYTHON)s -I -S %(ENV_FLOWIA_LEASH)s 0 {command}
directory = %(ENV_FLOWIA_ROOT)s
autorestart = true
startretries = 1000000
stopsignal = TERM
stopwaitsecs = {patience}
stopasgroup = false
killasgroup = true
redirect_stderr = true
stdout_logfile = log/{name}.log
stdout_logfile_maxbytes = 5MB
stdout_logfile_backups = 3
"""
# Groups stop in the reverse order of their priority, one after the other.
GROUP = """
[group:{name}]
programs = {programs}
priority = {priority}
"""


@dataclass(frozen=True)
class Program:
    """One process under supervision: its name, its command line, how long it may take to end."""

    name: str
    command: str
    patience: int


def programs(plan: Plan) -> list[Program]:
    """Return the product's processes, in the order in which they matter."""
    python = "%(ENV_FLOWIA_PYTHON)s -m "
    found = [Program("web", f"{python}gunicorn {WEB.format(port=plan.port)}", PATIENCE)]
    for queue, (name, concurrency) in WORKERS.items():
        options = f"-Q {queue} -c {concurrency} -n {name}@%%h"
        quiet = "-l WARNING --without-gossip --without-mingle"
        celery = f"{python}celery -A flowia worker {options} {quiet}"
        found.append(Program(name, celery, PATIENCE))
    beat = f"{python}celery -A flowia beat --pidfile= -l WARNING"
    found.append(Program("beat", beat, ROUND))
    if not plan.serve:
        sandbox = f"{python}gunicorn {SANDBOX.format(port=plan.sandbox_port)}"
        found.append(Program("sandbox", sandbox, 10))
    return found


def write_config(plan: Plan) -> None:
    """Write supervisor's configuration for this plan into `run/supervisord.conf`."""
    product = programs(plan)
    parts = [HEADER]
    if plan.own_redis:
        parts += [
            _section(Program("valkey", "%(ENV_FLOWIA_VALKEY)s", 10)),
            _group("store", 1, ["valkey"]),
        ]
    parts += [_section(program) for program in product]
    parts.append(_group("flowia", 2, [program.name for program in product]))
    write_private(plan.var / CONFIG, "".join(parts))


def environment(plan: Plan) -> dict[str, str]:
    """Return what supervisor starts with; the programs inherit it."""
    found = plan.environment()
    if plan.own_redis:
        found["FLOWIA_VALKEY"] = shlex.join([binary(), str(config_file(plan))])
    return found


def _section(program: Program) -> str:
    return PROGRAM.format(name=program.name, command=program.command, patience=program.patience)


def _group(name: str, priority: int, names: list[str]) -> str:
    return GROUP.format(name=name, priority=priority, programs=",".join(names))
