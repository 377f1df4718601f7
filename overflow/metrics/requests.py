"""What this process's HTTP comes to, added up over the API's processes of this machine."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector

disable_created_metrics()  # type: ignore[no-untyped-call]

_HTTP: Final = CollectorRegistry()
_REQUESTS: Final = Counter(
    "overflow_http_requests", "Requests answered.", ("method", "route", "status"), registry=_HTTP
)
_SECONDS: Final = Histogram(
    "overflow_http_request_seconds",
    "Seconds until a request was answered.",
    ("route",),
    registry=_HTTP,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request; ``route`` is a rule, never a path."""
    requests, histogram = _children(method, route, status)
    requests.inc()
    histogram.observe(seconds)


@lru_cache(maxsize=1024)
def _children(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return _REQUESTS.labels(method, route, str(status)), _SECONDS.labels(route)


def http(accept: str) -> tuple[bytes, str]:
    """The HTTP metrics of all of the API's processes on this machine, and their content type."""
    shared = CollectorRegistry()
    try:
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    except ValueError:  # no directory to share them in: there is one process
        return exposed(_HTTP, accept)
    return exposed(shared, accept)


def exposed(registry: CollectorRegistry, accept: str) -> tuple[bytes, str]:
    """What a scraper gets that accepts this, and its content type."""
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type
