"""The live board: one page that shows a shop's situation and decisions as they fall.

It is static and asks the API for everything, with the key of whoever looks; without a key it has
nothing to show. It knows the API by its addresses only and needs nothing from anywhere else.
"""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Flask, Response, redirect, request

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""The key lives in this page, so nothing may run in it, or leave it, that is not ours."""

part = Blueprint("board", __name__, static_folder="static", static_url_path="/board/static")


def install(app: Flask) -> None:
    """Put ``/board`` into the app."""
    app.register_blueprint(part)


@part.get("/board")
def page() -> Response:
    """The page, the same for everybody."""
    if request.path.endswith("/"):
        # Its links are relative, so that it also works below a proxy's own path.
        return redirect("../board", 308)  # type: ignore[return-value]
    answer = part.send_static_file("board.html")
    answer.headers["Content-Security-Policy"] = PAGE_POLICY
    return answer
