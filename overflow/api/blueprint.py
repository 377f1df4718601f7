"""How an operation is declared: its address, for whom it is, and what it says about itself.

The door is the outermost layer: nothing of a request is looked at before its key is.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import unwrap
from typing import Any, Final, TypeVar, cast

import marshmallow
import orjson
from flask import g, request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from overflow.api.access import Who
from overflow.api.bodies import raw
from overflow.api.context import doorkeeper

View = TypeVar("View", bound=Callable[..., Any])

PLACES: Final = {
    "shop": ("The shop's name.", "lamps"),
    "connector": ("The connector that the shop's policy names.", "standard"),
    "token": ("The secret that stands in for a signature.", "0f8fad5bd9cb469fa165"),
    "ticket_id": ("The ticket's id in the helpdesk.", "4711"),
    "partner": ("The partner's name.", "daytime"),
    "scope": ("`partner:NAME`, `channel:NAME` or `queue:NAME`.", "partner:daytime"),
    "entry": ("The decision's id.", "1795166102125-0"),
    "version": ("The number of a version.", 1),
    "signal_name": ("The signal's name.", "campaign sent"),
}
"""What may stand in an address."""
REFUSALS: Final = {401: "unauthorised", 403: "forbidden", 404: "not-found"}
"""What every operation that needs a key may answer."""


class Parser(FlaskParser):
    """Reads bodies strictly: what is not JSON is 400, and unknown names are faults."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012  webargs declares it so
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": marshmallow.RAISE,
    }

    def load_json(self, req: Any, schema: marshmallow.Schema) -> Any:  # noqa: ANN401, ARG002  webargs'
        """Nested too deeply, a lone surrogate, NaN: no JSON."""
        try:
            return orjson.loads(raw())
        except orjson.JSONDecodeError as error:
            raise BadRequest(f"The body is no JSON: {error}") from None


class Part(Blueprint):
    """A group of operations."""

    ARGUMENTS_PARSER = Parser()

    def arguments(self, schema: Any, **options: Any) -> Callable[[View], View]:  # noqa: ANN401  flask-smorest's
        """The same, its faults described as our problem."""
        decorate = super().arguments(schema, **options)

        def described(view: View) -> View:
            made = decorate(view)
            # Flask-smorest names the status as this version of Python does.
            made._apidoc["arguments"]["responses"] = {422: "invalid"}  # noqa: SLF001
            return cast("View", made)

        return described

    def operation(
        self,
        method: str,
        rule: str,
        who: Who,
        *,
        is_raw: bool = False,
        **doc: Any,  # noqa: ANN401  OpenAPI's
    ) -> Callable[[View], View]:
        """Register a view at a method and an address below ``/``, for those who may.

        The view's docstring is the operation's summary and description. ``is_raw``: the view
        reads its request and makes its answer by itself; its other decorators only describe it,
        and are not called.
        """

        def decorate(view: View) -> View:
            documented = self.doc(**doc)(self.doc(**_said(view, who))(view))
            serving = cast("View", unwrap(view)) if is_raw else documented
            places = [_place(name) for name in PLACES if f"{name}>" in rule]
            guarded = wraps(documented)(_guarded(serving, who))
            self.route(rule, methods=[method], parameters=places)(guarded)
            return view

        return decorate


def _place(name: str) -> dict[str, Any]:
    about, example = PLACES[name]
    return {"name": name, "in": "path", "description": about, "example": example}


def _said(view: Callable[..., Any], who: Who) -> dict[str, Any]:
    said: dict[str, Any] = {"operationId": view.__name__, "security": []}
    if who is not Who.ANYONE:
        said["security"] = [{"key": [who.name.lower()]}]
        said["responses"] = dict(REFUSALS)
    if _takes_json(view):
        said.setdefault("responses", {}).update(
            {
                400: "bad-request",
                413: "too-large",
                415: "unsupported-media-type",
            }
        )
    return said


def _guarded(view: View, who: Who) -> View:
    takes_json = _takes_json(view)

    @wraps(view)
    def guarded(**where: str) -> Any:  # noqa: ANN401  what the view gives
        if who is not Who.ANYONE:
            shop, partner = where.get("shop", ""), where.get("partner", "")
            shown = request.headers.get("Authorization", "")
            g.caller = doorkeeper().admit(shown, who, shop, partner)
        if takes_json:
            require_json()
        return view(**where)

    return cast("View", guarded)


def require_json() -> None:
    """Raise 415 for a body that does not say that it is JSON, or that is packed."""
    if request.headers.get("Content-Encoding", "").lower() not in {"", "identity"}:
        raise UnsupportedMediaType("The body must come as it is, without `Content-Encoding`.")
    kind = request.mimetype
    if kind != "application/json" and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        raise UnsupportedMediaType("The body must be JSON: `Content-Type: application/json`.")


def _takes_json(view: Callable[..., Any]) -> bool:
    said = getattr(view, "_apidoc", {}).get("arguments", {})
    return any(place.get("in") == "json" for place in said.get("parameters", ()))
