"""The HTTP API: Flask, flask-smorest and marshmallow; one group of operations a file.

A view is three lines: schema in, one flow, schema out. ``access`` says who may, ``problems`` turns
exceptions into HTTP, ``edge`` gives every answer its id, headers, line in the log and count.
"""

from __future__ import annotations

from flask import Flask

from overflow.api import (
    docs,
    events,
    forecast,
    health,
    plan,
    policy,
    preview,
    problems,
    shadow,
    shops,
    signals,
    staffing,
    tickets,
    walk,
    work,
)
from overflow.api.spec import Described

PARTS = (
    events,
    tickets,
    work,
    staffing,
    signals,
    forecast,
    plan,
    shops,
    preview,
    policy,
    shadow,
    walk,
    health,
)
"""In the order in which they are described."""


def install(app: Flask) -> None:
    """Put all operations into the app."""
    problems.install(app)
    described = Described(app)
    for module in PARTS:
        described.register_blueprint(module.part)
    docs.install(app, described)
