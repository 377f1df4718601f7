"""The real helpdesks that connectors are tried on."""

from tests.real.fixtures import inbox, rt

__all__ = ["inbox", "rt"]
