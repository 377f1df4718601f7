"""All operations, and how an app gets them.

Apart from the package itself: who asks for one schema or time format need not load every flow.
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
