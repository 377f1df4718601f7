"""A small real helpdesk that speaks the standard protocol, and misbehaves on demand.

It holds its tickets in memory, signs its webhooks and tries them again, demands signatures, and
does what simulated people ask for. ``Sandbox`` runs it in a thread, ``python -m
overflow.demo.sandbox`` as a process; ``People`` talks to either.
"""

from __future__ import annotations

from overflow.demo.sandbox.people import People
from overflow.demo.sandbox.server import Sandbox

__all__ = ["People", "Sandbox"]
