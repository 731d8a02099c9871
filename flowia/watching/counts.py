"""Everything that is counted as it happens, and its lines for Prometheus: sums of all processes."""

from collections import defaultdict
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from redis.exceptions import RedisError

from flowia.lib import http, tally
from flowia.lib.redis import redis_client
from flowia.lib.tally import AMOUNT, MILLION, Count, Key, Spread
from flowia.middleware import REQUESTS
from flowia.watching.tasks import FINISHED, ROUNDS, STARTED
from processing import figures
from processing.ai import engine
from social import sessions, webhooks

COUNTS = (STARTED, webhooks.TAKEN, figures.TOLD, engine.TOKENS, engine.COST)
SPREADS = (FINISHED, ROUNDS, REQUESTS, http.CALLS, engine.ASKED, sessions.RUNS)

Sums = dict[str, dict[Key, int]]


def families() -> Iterator[Metric]:
    """Yield all that was counted so far; nothing while Redis does not answer.

    An absent series is what nobody knows; a 0 would be taken for a restart of everything.
    """
    sums = _sums()
    if sums is None:
        return
    for count in COUNTS:
        yield _counter(count, sums.get(count.name, {}))
    for spread in SPREADS:
        yield _histogram(spread, sums.get(spread.name, {}))


def _sums() -> Sums | None:
    """Return the sums by name, then by labels."""
    tally.flush()
    try:
        rows = tally.read(redis_client())
    except (RedisError, OSError):
        return None
    found: Sums = defaultdict(dict)
    for (name, *labels), number in rows.items():
        found[name][tuple(labels)] = number
    return found


def _counter(count: Count, sums: dict[Key, int]) -> Metric:
    family = CounterMetricFamily(count.name, count.tells, labels=count.labels)
    for labels in sorted({*sums, *count.born}):
        # What an earlier version counted under other labels is left out.
        if len(labels) == len(count.labels):
            family.add_metric(labels, sums.get(labels, 0) / count.parts)
    return family


def _histogram(spread: Spread, sums: dict[Key, int]) -> Metric:
    family = HistogramMetricFamily(spread.name, spread.tells, labels=spread.labels)
    by_labels: dict[Key, dict[str, int]] = defaultdict(dict)
    for key, number in sums.items():
        if len(key) == len(spread.labels) + 1:
            by_labels[key[:-1]][key[-1]] = number
    for labels, places in sorted(by_labels.items()):
        total, buckets = 0, []
        for place in spread.places:
            total += places.get(place, 0)
            buckets.append((place, total))
        family.add_metric(labels, buckets, places.get(AMOUNT, 0) / MILLION)
    return family
