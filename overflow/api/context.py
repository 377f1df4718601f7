"""What every view can ask for: the services of this process, and who is calling."""

from __future__ import annotations

from typing import Final, NamedTuple, cast

from flask import Flask, current_app, g

from overflow.api.access import Caller, Doorkeeper
from overflow.flows.people.who import By
from overflow.flows.services import Services

_EXTENSION: Final = "overflow"


class Provided(NamedTuple):
    """What one app works with."""

    services: Services
    doorkeeper: Doorkeeper


def provide(app: Flask, services: Services) -> None:
    """Make the services known to the views of this app."""
    doorkeeper = Doorkeeper(services.keyring, services.clock)
    app.extensions[_EXTENSION] = Provided(services, doorkeeper)


def services() -> Services:
    """The services of the app that answers this request."""
    return cast("Provided", current_app.extensions[_EXTENSION]).services


def doorkeeper() -> Doorkeeper:
    """Who knows the keys."""
    return cast("Provided", current_app.extensions[_EXTENSION]).doorkeeper


def caller() -> Caller:
    """Who calls; only inside operations that need a key."""
    return cast("Caller", g.caller)


def by(agent: str = "") -> By:
    """The team the caller's key speaks for, and its agent: what the flows ask for."""
    return By(caller().team, agent)
