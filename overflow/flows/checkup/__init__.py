"""Is all well with one shop? Each check says what it saw and, where that is wrong, what to do.

``examine`` goes through literal lists of checks, one small function each: ``service`` (store,
policy, secrets, workers), ``traffic`` (what webhooks, polling and writes came to), ``desk`` (asked
of the helpdesk itself). Nothing is written, in the store or the helpdesk, and no secret is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from overflow.clock import Clock
from overflow.errors import Fault, HelpdeskAway, Refused, Throttled
from overflow.flows.checkup import desk, service, traffic
from overflow.flows.checkup.finding import Finding, Verdict, fail, warn
from overflow.flows.checkup.patient import Patient, patient
from overflow.flows.services import Services

__all__ = ["Checked", "Verdict", "examine"]

Check = Callable[[Patient], Finding]

HERE: Final[tuple[tuple[str, Check], ...]] = (
    ("store's clock", service.clock),
    ("address", service.address),
    ("mode", service.mode),
    ("policy", service.policy),
    ("secrets", service.secrets),
    ("workers", service.workers),
    ("planner", service.planner),
    ("import", service.imported),
    ("webhooks", traffic.webhooks),
    ("refused webhooks", traffic.refused),
    ("polling", traffic.polling),
    ("walk", traffic.walk),
    ("sync", traffic.sync),
    ("dead letters", traffic.dead_letters),
    ("calls", traffic.calls),
)
REACH: Final[tuple[str, Check]] = ("helpdesk", desk.reached)
THERE: Final[tuple[tuple[str, Check], ...]] = (
    ("helpdesk's clock", desk.clock),
    ("listing tickets", desk.listing),
    ("what has changed", desk.changes),
    ("groups", desk.groups),
    ("tag and reason", desk.marks),
)
"""Asked only where the helpdesk can be reached."""


class Checked(NamedTuple):
    """A check and what came of it."""

    check: str
    outcome: Verdict
    seen: str
    mend: str
    """What to do; empty where all is well."""


def examine(services: Services, shop: str, base: str, host: Clock) -> Iterator[Checked]:
    """Every check, in order, each as soon as it is done.

    ``base`` is the service's public address, empty where it is not known; ``host`` this machine's
    clock. Raises ``Unknown`` for a shop without a policy, and ``StoreAway``.
    """
    who = patient(services, shop, base, host)
    for name, check in HERE:
        yield _tried(name, check, who)
    reached = _tried(*REACH, who)
    yield reached
    if reached.outcome is Verdict.FAIL:
        return
    for name, check in THERE:
        yield _tried(name, check, who)
    yield from _set_up(who)


def _set_up(who: Patient) -> Iterator[Checked]:
    try:
        for name, finding in desk.set_up(who):
            yield Checked(name, *finding)
    except Fault as fault:
        yield _unmade("set-up", fault)


def _tried(name: str, check: Check, who: Patient) -> Checked:
    """One that cannot be made keeps no other from being made."""
    try:
        return Checked(name, *check(who))
    except Fault as fault:
        return _unmade(name, fault)


def _unmade(name: str, fault: Fault) -> Checked:
    """Having to wait for the helpdesk's budget is no fault."""
    judged = warn if isinstance(fault, Throttled) else fail
    return Checked(name, *judged(fault.message, _mend(fault)))


def _mend(fault: Fault) -> str:
    match fault:
        case Refused():
            return (
                "is helpdesk.secrets.token the right one, and may its user do that? "
                "docs/helpdesks.md says what it has to be"
            )
        case Throttled():
            return "`calls` above says how much may be asked; look again in a minute"
        case HelpdeskAway():
            return "does the helpdesk work for people? look again in a minute"
        case _:
            return "mend this first, then look again"
