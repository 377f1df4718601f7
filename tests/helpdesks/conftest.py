"""The real helpdesks that connectors are tried on."""

from tests.real.fixtures import django_desk, inbox, rt

__all__ = ["django_desk", "inbox", "rt"]
