"""GET /metrics for Prometheus: the admin's own read, made at each scrape, behind a token.

No gauge is held in this process: each worker of the web server would tell another. What is counted
as it happens is the sum of all processes (`flowia.lib.tally`).
"""

from collections.abc import Iterator
from dataclasses import replace
from secrets import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from flowia.lib import notes
from flowia.watching import census, memory
from flowia.watching.counts import families
from flowia.watching.figures import FIGURES, figures
from flowia.watching.reading import Health, read


class OneRead(Collector):
    """Every figure of one read, as Prometheus' client wants it."""

    def __init__(self, health: Health) -> None:
        self.values = figures(health)

    def collect(self) -> Iterator[Metric]:
        """Yield each figure with all its values."""
        for one in FIGURES:
            family = GaugeMetricFamily(one.name, one.tells, labels=one.labels)
            for labels, value in self.values[one.name].items():
                family.add_metric(labels, value)
            yield family
        yield from families()


def show(request: HttpRequest) -> HttpResponse:
    """Answer the figures to who brings the token of the settings; 404 while there is none."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    given = request.headers.get("Authorization", "").encode()
    if not compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
        answer = HttpResponse(status=401)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    return HttpResponse(written(whole(read())), content_type=CONTENT_TYPE_LATEST)


def whole(health: Health) -> Health:
    """Return it with what the admin's home does not show: the census, this process' memory."""
    broker = health.broker
    if broker is not None:
        told = {**broker.memory, memory.WEB: memory.of_the_web()}
        shares = {**broker.shares, memory.WEB: memory.share_in_use()}
        broker = replace(broker, memory=told, shares=shares)
    return replace(health, broker=broker, census=census.known(), notes=notes.all_of_them())


def written(health: Health) -> bytes:
    """Return the figures in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(OneRead(health))
    return generate_latest(registry)
