"""Seen from outside: is it alive, is it ready, what has it counted.

Open to anyone who reaches the address, unless ``OVERFLOW_METRICS_TOKEN`` is set: then metrics and
the details of health need it (or an operator's key) as a bearer token. Which shops and workers
there are is told by ``/healthz`` to those alone, set or not, and to a shop's key of that shop.
"""

from __future__ import annotations

import hmac
from typing import Any

import structlog
from flask import Response, jsonify, request

from overflow import metrics
from overflow.api.access import Who
from overflow.api.blueprint import Part
from overflow.api.context import doorkeeper, services
from overflow.api.told import plain
from overflow.errors import Unauthorised
from overflow.flows import health, sweep
from overflow.flows.planner.estimated import estimated
from overflow.flows.polling import groups

_log = structlog.get_logger(__name__)

part = Part("health", __name__, description="Seen from outside.")

_TEXT: dict[str, Any] = {"content": {"text/plain": {"schema": {"type": "string"}}}}
_HEALTH: dict[str, Any] = {
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["status"],
                "properties": {"status": {"enum": ["ok", "failing"]}},
            },
            "example": {"status": "ok", "store": {"is_reachable": True}},
        }
    }
}


@part.operation(
    "GET",
    "/healthz",
    Who.ANYONE,
    responses={
        200: {"description": "All is well.", **_HEALTH},
        503: {"description": "Something fails; the details say what.", **_HEALTH},
    },
)
def get_health() -> Response:
    """Read whether all is well: store, workers, lag, what waits and what was given up."""
    found = health.check(services())
    told: dict[str, Any] = {"status": "ok" if found.is_healthy else "failing"}
    if why := found.details["store"].get("error"):
        _log.warning("the store is away", why=why)
    answer = jsonify(told | _details(found.details))
    answer.status_code = 200 if found.is_healthy else 503
    return answer


@part.operation(
    "GET",
    "/readyz",
    Who.ANYONE,
    responses={
        200: {"description": "Events can be taken in.", **_HEALTH},
        503: {"description": "The store cannot be reached.", **_HEALTH},
    },
)
def get_readiness() -> Response:
    """Read whether events can be taken in: the store answers."""
    is_ready = health.is_ready(services())
    answer = jsonify({"status": "ok" if is_ready else "failing"})
    answer.status_code = 200 if is_ready else 503
    return answer


@part.operation(
    "GET",
    "/metrics",
    Who.ANYONE,
    responses={200: {"description": "Prometheus' text.", **_TEXT}, 401: "unauthorised"},
)
def get_http_metrics() -> Response:
    """Scrape the HTTP metrics of this API's processes."""
    _require_look()
    text, kind = metrics.http(request.headers.get("Accept", ""))
    return Response(text, 200, content_type=kind)


@part.operation(
    "GET",
    "/metrics/domain",
    Who.ANYONE,
    responses={
        200: {"description": "Prometheus' text.", **_TEXT},
        401: "unauthorised",
        503: "not-now",
    },
)
def get_domain_metrics() -> Response:
    """Scrape the store's tallies: the same from every process, so scrape one."""
    _require_look()
    text, kind = metrics.domain(_sources(), request.headers.get("Accept", ""))
    return Response(text, 200, content_type=kind)


def _sources() -> metrics.Sources:
    here = services()
    return metrics.Sources(
        clock=here.clock,
        policies=here.policies,
        situations=here.situations,
        marks=here.marks,
        tallies=here.tallies,
        policy=here.book.policy,
        is_worker_alive=lambda: health.is_worker_alive(here),
        missing_groups=lambda shop: groups.missing(here, shop),
        swept_at=lambda shop: sweep.swept_at(here, shop),
        estimated=lambda shop: estimated(here, shop),
        throttle=lambda shop: here.desks.gate(here.book.policy(shop)).state(),
    )


def _details(details: dict[str, Any]) -> dict[str, Any]:
    """What those who ask may know."""
    is_insider = _is_insider()
    if not is_insider and services().settings.metrics_token:
        return {}
    # Where the store is, is nothing for those outside; the log has it.
    told: dict[str, Any] = {**details, "store": {"is_reachable": details["store"]["is_reachable"]}}
    if not is_insider and "shops" in details:
        named = doorkeeper().shops_of(request.headers.get("Authorization", ""))
        told["shops"] = {name: shop for name, shop in details["shops"].items() if name in named}
        told["workers"] = [_nameless(worker) for worker in details["workers"]]
    return dict(plain(told))


def _nameless(worker: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in worker.items() if name != "name"}


def _is_insider() -> bool:
    """Whether the metrics token or an operator's key is shown."""
    token, shown = services().settings.metrics_token, request.headers.get("Authorization", "")
    _, _, given = shown.partition(" ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    return doorkeeper().is_operator(shown)


def _may_look() -> bool:
    return not services().settings.metrics_token or _is_insider()


def _require_look() -> None:
    if not _may_look():
        raise Unauthorised("this needs the metrics token, or an operator's key, as bearer token")
