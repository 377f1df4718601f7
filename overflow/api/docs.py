"""The description as JSON, and as one page that needs nothing from anywhere else."""

from __future__ import annotations

import re
from typing import Any, Final

import orjson
from flask import Flask, Response, render_template
from markupsafe import Markup, escape

from overflow.api.examples import add_examples, operations
from overflow.api.problems import TYPES
from overflow.api.reading import chapters
from overflow.api.spec import Described

PAGE_POLICY: Final = "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
_KEY: Final = "overflow.openapi"


def install(app: Flask, described: Described) -> None:
    """Add ``/openapi.json`` and ``/docs``; each is made once a process."""
    made: dict[str, bytes] = {}

    def openapi() -> Response:
        if "json" not in made:
            made["json"] = document(app)
        return Response(made["json"], 200, content_type="application/json")

    def docs() -> Response:
        if "html" not in made:
            spec = description(app)
            made["html"] = render_template(
                "docs.html",
                spec=spec,
                chapters=chapters(spec),
                problems=TYPES,
                marked=_marked,
                inline=_inline,
            ).encode()
        headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "max-age=60"}
        return Response(made["html"], 200, headers, content_type="text/html; charset=utf-8")

    app.extensions[_KEY] = described
    app.add_url_rule("/openapi.json", "openapi", openapi)
    app.add_url_rule("/docs", "docs", docs)


def description(app: Flask) -> dict[str, Any]:
    """The API's description, with an example for every body."""
    described: Described = app.extensions[_KEY]
    spec: dict[str, Any] = orjson.loads(orjson.dumps(described.spec.to_dict()))
    for operation in operations(spec):
        operation["summary"] = operation["summary"].rstrip(".")
        operation["responses"] = dict(sorted(operation["responses"].items()))
    add_examples(spec)
    return spec


def document(app: Flask) -> bytes:
    """The description as JSON, the same from the same code."""
    return orjson.dumps(description(app), option=orjson.OPT_INDENT_2) + b"\n"


def _inline(text: str) -> Markup:
    """The little Markdown that our own texts use within a line: code, bold."""
    html = str(escape(text))
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", html)
    return Markup(re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", html))  # noqa: S704  escaped


def _marked(text: str) -> Markup:
    """The same with paragraphs."""
    paragraphs = [Markup("<p>{}</p>").format(_inline(part)) for part in text.strip().split("\n\n")]
    return Markup("").join(paragraphs)
