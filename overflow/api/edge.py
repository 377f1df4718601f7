"""What every request gets, whatever answers it: an id, safe headers, a line in the log, a count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from overflow import log
from overflow.clock import monotonic, new_id
from overflow.metrics import count_request

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADERS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
"""On every answer."""
UNLESS_SAID: Final = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
)
"""On every answer that does not say otherwise."""

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics", "/metrics/domain"})
_SERVER_ERROR: Final = 500


class Edge:
    """Wraps the app, so that even what the app never sees is counted and logged."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request_id = log.taken_over(environ.get("HTTP_X_REQUEST_ID")) or new_id(9)
        environ["overflow.request_id"] = request_id
        begun = monotonic()

        def started(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:  # noqa: ANN401  WSGI's
            _account(environ, int(status[:3]), monotonic() - begun)
            said = {name.lower() for name, _ in headers}
            headers += HEADERS
            headers += [pair for pair in UNLESS_SAID if pair[0].lower() not in said]
            headers.append(("X-Request-Id", request_id))
            return start_response(status, headers, exc_info)

        with log.request(request_id):
            return self._app(environ, started)


def _account(environ: WSGIEnvironment, status: int, seconds: float) -> None:
    """Count it and log it; by its route, for a path may hold a token."""
    request = environ.get("werkzeug.request")
    rule = request.url_rule if request is not None else None
    route = str(rule.rule) if rule is not None else "unmatched"
    method = environ["REQUEST_METHOD"]
    count_request(method if method in _METHODS else "other", route, status, seconds)
    level = "warning" if status >= _SERVER_ERROR else "debug" if route in _PROBES else "info"
    shop = (request.view_args or {}).get("shop", "") if request is not None else ""
    ms = round(seconds * 1e3, 1)
    log.answered(level, method=method, route=route, shop=shop, status=status, ms=ms)
