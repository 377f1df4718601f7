"""The Flask app: made from the services, and from nothing else."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Flask, Response
from flask.json.provider import JSONProvider

from overflow import board
from overflow.api import parts
from overflow.api.bodies import CUT_OFF
from overflow.api.context import provide
from overflow.api.edge import Edge
from overflow.flows.services import Services


def create_app(services: Services) -> Flask:
    """The app that answers for these services."""
    app = describe()
    provide(app, services)
    return app


def describe() -> Flask:
    """The app without services: it can describe itself, and nothing else."""
    app = Flask("overflow.api")
    app.json = Json(app)
    app.config["MAX_CONTENT_LENGTH"] = CUT_OFF
    # A sender of webhooks would not follow a redirect.
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    parts.install(app)
    board.install(app)
    app.wsgi_app = Edge(app.wsgi_app)  # type: ignore[method-assign]
    return app


class Json(JSONProvider):
    """Flask's JSON, by orjson."""

    def dumps(self, obj: Any, **_: Any) -> str:  # noqa: ANN401  Flask's
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:  # noqa: ANN401  Flask's
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401  Flask's
        content = orjson.dumps(self._prepare_response_obj(args, kwargs))
        return Response(content, 200, content_type="application/json")
