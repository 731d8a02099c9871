"""What Redis says of itself, and who speaks through it: workers by queue, beat, browsers."""

import json
import time
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from redis.exceptions import TimeoutError as LateError

from flowia.doctoring.findings import Finding, Findings, bad, good, look
from flowia.lib.redis import redis_client
from flowia.watching import memory
from flowia.watching.workers import known
from processing import dispatch
from social import sessions

SLOW, VERY_SLOW = 0.02, 0.2
PINGS, SAMPLE = 9, 300
OLDEST = 6
BEAT_GONE, BEAT_SAYS = 60.0, 35.0
OURS = ("flowia:", ":1:", "_kombu.", "celery", "unacked")
WORKERS = {
    "incomingMessages": "worker-incoming",
    "autoReply": "worker-reply",
    "browserLinkedIn": "worker-linkedin",
    "background": "worker-background",
}
"""Who serves which queue, by the Procfile's names."""
Told = dict[str, Any]


def look_at_redis() -> Findings:
    """Tell whether it answers, how it is set up, and whether somebody serves each queue."""
    client = redis_client()
    try:
        told: Told = client.info()
    except (RedisError, OSError) as error:
        yield _away(error)
        return
    yield _version(told)
    yield from _set_up(told)
    yield from _latency(client)
    yield from _others(client)
    yield from look_at_workers(client)
    yield from look_at_beat(client)


def look_at_workers(client: Redis) -> Findings:
    """Tell which of the queues nobody serves."""
    alive = [one for one in known(client) if one.alive]
    waiting = dispatch.depths(client)
    for queue, process in WORKERS.items():
        told = {"queue": queue, "process": process, "waiting": waiting[queue]}
        serving = [one.name for one in alive if queue in one.queues]
        if serving:
            says = _("%(queue)s is served by %(names)s.")
            yield good(f"workers.{queue}", says % {**told, "names": ", ".join(sorted(serving))})
            continue
        optional = queue == "browserLinkedIn" and not waiting[queue]
        says = _("Nobody serves the queue %(queue)s (%(waiting)d wait).") % told
        make = look if optional else bad
        yield make(f"workers.{queue}", says, _("Start %(process)s (Procfile).") % told)
    if any("browserLinkedIn" in one.queues for one in alive) and not sessions.browser_told():
        says = _("worker-linkedin found no browser: LinkedIn rests.")
        do = _("Install a Chromium there, or name one in LINKEDIN_BROWSER_EXECUTABLE.")
        yield look("workers.browser", says, do)


def look_at_beat(client: Redis) -> Findings:
    """Tell whether beat looks for due work, and whether it is one."""
    age = dispatch.age_of_tick(client)
    if age is None or abs(age) > BEAT_GONE:
        says = _("Beat does not look for due work: what is not woken at once waits for ever.")
        yield bad("beat.gone", says, _("Start exactly one beat (Procfile)."))
        return
    if age < -1:
        says = _("Beat's clock is ahead of this machine's.")
        yield look("beat.clock", says, _("Let all machines ask a time server."))
    rows: dict[str, str] = client.hgetall(memory.KEY)  # type: ignore[assignment] # it waits
    now = time.time()
    lately = [
        name
        for name, note in rows.items()
        if name.startswith("beat@") and now - json.loads(note)["at"] <= BEAT_SAYS
    ]
    if len(lately) > 1:
        says = _("More than one beat runs: %(names)s.") % {"names": ", ".join(sorted(lately))}
        do = _("Stop all but one. If beat was just restarted, ask again in a minute.")
        yield bad("beat.many", says, do)
    else:
        yield good("beat", _("Beat looked for due work %(age).1f s ago.") % {"age": max(0.0, age)})


def _away(error: Exception) -> Finding:
    do = _("Look whether it runs, and at REDIS_URL. Until then nothing is woken.")
    text = str(error)
    if isinstance(error, (AuthenticationError, NoPermissionError)) or "NOAUTH" in text:
        return bad("redis.login", _("Redis refuses the password of REDIS_URL."), do)
    if isinstance(error, LateError):
        return bad("redis.silent", _("Redis does not answer in time."), do)
    return bad("redis.away", _("At the address of REDIS_URL nobody answers."), do)


def _version(told: Told) -> Finding:
    name = "Valkey" if "valkey_version" in told else "Redis"
    version = str(told.get("valkey_version") or told.get("redis_version") or "0")
    words = {"name": name, "version": version}
    if int(version.partition(".")[0]) < OLDEST:
        says = _("%(name)s %(version)s is too old.") % words
        return bad("redis.version", says, _("Upgrade it."))
    return good("redis.version", _("%(name)s %(version)s answers.") % words)


def _set_up(told: Told) -> Findings:
    policy = str(told.get("maxmemory_policy") or "noeviction")
    if policy != "noeviction":
        says = _("Redis throws keys away when it is full (%(policy)s): wake-ups get lost.")
        do = _("Set maxmemory-policy to noeviction; at a host of Redis, switch eviction off.")
        yield bad("redis.eviction", says % {"policy": policy}, do)
    if not int(told.get("aof_enabled") or 0):
        says = _("Redis keeps nothing on its disk: a restart delays work by seconds.")
        yield look("redis.persistence", says, _("Set appendonly to yes."))
    used, most = int(told.get("used_memory") or 0), int(told.get("maxmemory") or 0)
    if most and used > most * 0.8:
        says = _("Redis uses %(percent)d %% of its memory.") % {"percent": 100 * used // most}
        yield bad("redis.memory", says, _("Raise maxmemory."))
    url = urlsplit(settings.REDIS_URL)
    if settings.PRODUCTION and url.scheme == "redis" and _is_far(url.hostname or ""):
        says = _("Redis is reached without TLS, by a public name.")
        yield look("redis.tls", says, _("Over the internet, use rediss://."))


def _is_far(host: str) -> bool:
    """Return whether the name looks like one of the internet: neither an address nor internal."""
    try:
        ip_address(host)
    except ValueError:
        return "." in host and not host.endswith((".internal", ".local"))
    return False


def _latency(client: Redis) -> Findings:
    taken = []
    for _number in range(PINGS):
        began = time.perf_counter()
        client.ping()
        taken.append(time.perf_counter() - began)
    half = sorted(taken)[PINGS // 2]
    if half > SLOW:
        says = _("Redis takes %(milliseconds)d ms to answer.") % {"milliseconds": half * 1000}
        make = bad if half > VERY_SLOW else look
        yield make("redis.latency", says, _("Move it into the same region as the processes."))


def _others(client: Redis) -> Findings:
    keys: list[str] = []
    for key in client.scan_iter(count=SAMPLE):
        keys.append(str(key))
        if len(keys) >= SAMPLE:
            break
    strange = [key for key in keys if not key.startswith(OURS)]
    if strange:
        says = _("Somebody else keeps keys in this Redis too.")
        yield look("redis.shared", says, _("Give Flow IA an instance of its own."))
