"""The commits that the service makes of webhooks, recorded for the bare handler to repeat."""

from pathlib import Path

import orjson

from bench import webhooks
from bench.places import Place
from bench.shop import SHOP
from overflow.flows.routing import intake
from overflow.flows.services import Services
from overflow.wiring import build

Recorded = dict[str, tuple[object, ...]]
"""Id of the ticket -> what the commit's script was called with: keys, arguments, and the command
that reads the situation along with it."""


class _Recording:
    """Stands in front of the commit's script and remembers what it was called with."""

    def __init__(self, script) -> None:
        self._script = script
        self.last: tuple[object, ...] = ()

    def along(self, *call):
        self.last = call
        return self._script.along(*call)


def recorded(file: Path) -> Recorded:
    """What ``record`` has written, every text as bytes."""
    return {ticket: _raw(call) for ticket, call in orjson.loads(file.read_bytes()).items()}


def record(place: Place, numbers: range, created: float, into: Path) -> int:
    """Take the webhooks in, in this process, and write their commits to a file.

    Returns how many went to a partner.
    """
    services = services_of(place)
    script = services.tickets._commit = _Recording(services.tickets._commit)
    found: Recorded = {}
    moved = 0
    for number in numbers:
        routed = receive(services, number, created)
        found[webhooks.identity(number)] = script.last
        moved += routed.decision.team != "inhouse"
    services.close()
    into.write_bytes(orjson.dumps({ticket: _text(call) for ticket, call in found.items()}))
    return moved


def receive(services: Services, number: int, created: float):
    """One webhook through the flow, without HTTP."""
    content, now = webhooks.body(number, created), services.clock.now()
    signed = webhooks.headers(number, content, now)
    routed = intake.receive(services, SHOP, "standard", "", signed, content)
    assert routed.outcome == "decided", routed
    return routed


def services_of(place: Place) -> Services:
    """The service's parts in this process, on the place's store."""
    return build(place.settings)


def _text(value):
    """Bytes as JSON takes them: each a letter of Latin-1."""
    if isinstance(value, list | tuple):
        return [_text(each) for each in value]
    if isinstance(value, str):
        value = value.encode()
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _raw(value):
    if isinstance(value, list):
        return tuple(_raw(each) for each in value)
    return value.encode("latin-1") if isinstance(value, str) else value
