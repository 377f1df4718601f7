"""What Prometheus sees: this process's HTTP, and the store's domain figures.

HTTP is counted in the process that answers; where ``PROMETHEUS_MULTIPROC_DIR`` is set, the API's
processes share their counts through files there, and each of them shows the sum. Domain figures are
read from the store at a scrape, the same from every process: they are scraped once.
"""

from __future__ import annotations

from overflow.metrics.families import NAMES
from overflow.metrics.figures import Sample, Sources, domain
from overflow.metrics.requests import count_request, http

__all__ = ["NAMES", "Sample", "Sources", "count_request", "domain", "http"]
