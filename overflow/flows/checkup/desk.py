"""What the helpdesk itself says: is it there, does it let us, has it what the policy names."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Final

from overflow.core.desired import desired_of, shows
from overflow.core.model import Record, Snapshot
from overflow.errors import HelpdeskAway
from overflow.flows.checkup.client import nobody
from overflow.flows.checkup.clocks import judged, skew
from overflow.flows.checkup.finding import Finding, fail, ok, warn
from overflow.flows.checkup.patient import Patient
from overflow.flows.polling import groups as known_groups
from overflow.flows.polling.reconcile import CHANGED
from overflow.helpdesks.http import HelpdeskHttp
from overflow.helpdesks.setup import Outcome, Step, checks

FEW: Final = 3
"""Tickets of each partner that are read."""
_HALF: Final = 0.5
"""Seconds that a Date without fractions is too early in the mean."""


def reached(who: Patient) -> Finding:
    """It answers, whatever; asked without a login."""
    url = str(who.policy.helpdesk.options["url"])
    try:
        with nobody(url) as http:
            http.send("GET", "")
    except HelpdeskAway as away:
        return fail(away.message, f"can this machine reach {url}? look at DNS, firewall and proxy")
    return ok(f"{url} answers")


def clock(who: Patient) -> Finding:
    """By its answers' Date."""
    with nobody(str(who.policy.helpdesk.options["url"])) as http:
        try:
            off = skew(who.host, lambda: _date(http))
        except (KeyError, ValueError):
            return ok("it does not tell its time")
    return judged(
        off,
        "the helpdesk's clock",
        "let both keep their time by NTP; webhooks more than five minutes off are refused",
    )


def _date(http: HelpdeskHttp) -> float:
    told = http.send("GET", "").headers["date"]
    return parsedate_to_datetime(told).timestamp() + _HALF


def listing(who: Patient) -> Finding:
    """The login may list what is open, and read a ticket."""
    desk = who.desk
    page = desk.walk_open("")
    if not page.tickets:
        return ok("may be listed; the first page shows none")
    first = page.tickets[0].id
    if desk.read(first) is None:
        return warn(f"{first} is listed and cannot be read", "may the token's user see all groups?")
    return ok(f"{len(page.tickets)} on the first page; {first} can be read")


def changes(who: Patient) -> Finding:
    """The login may ask what has changed, which some helpdesks leave to administrators."""
    page = who.desk.changed_since(who.services.progress.get(who.shop, CHANGED) or "")
    more = "" if page.is_last else " and more"
    return ok(f"{len(page.tickets)}{more} since the last poll, with some overlap")


def groups(who: Patient) -> Finding:
    """Those of the policy are there by name."""
    there, wanted = who.desk.groups(), known_groups.wanted(who.services, who.shop)
    if there is None:
        return ok(f"this helpdesk lists none; the policy names {', '.join(sorted(wanted))}")
    absent = sorted(wanted.difference(there))
    if not absent:
        return ok(", ".join(sorted(wanted)))
    return fail(
        f"not there: {', '.join(absent)}",
        "was one renamed? Give it its old name, or apply the policy with the new one",
    )


def marks(who: Patient) -> Finding:
    """Tickets that partners hold show tag and reason, so both can be read and written."""
    shown: list[str] = []
    bare: list[str] = []
    for record, seen in _with_partners(who):
        (shown if shows(seen, desired_of(record, who.policy)) else bare).append(record.id)
    words = who.policy.words
    if bare and not shown:
        return fail(
            f"no ticket of a partner shows them (looked at {', '.join(bare)})",
            f"look at {', '.join(bare)} in the helpdesk: is the tag `{words.tag}` made, and is "
            f"words.reason_field ({words.reason_field}) right?",
        )
    if bare:
        return warn(f"{', '.join(bare)} do not show them", "somebody took them off, most likely")
    return ok(f"shown by {', '.join(shown)}" if shown else "no partner holds a ticket now")


def _with_partners(who: Patient) -> Iterator[tuple[Record, Snapshot]]:
    """A few tickets that are in step, of each partner."""
    for partner in who.policy.partners:
        records, _ = who.services.tickets.list_open(who.shop, team=partner.name, limit=FEW)
        for record in records:
            seen = None if record.is_dirty else who.desk.read(record.id)
            if seen is not None and seen.group == record.desired_group:
                yield record, seen


def set_up(who: Patient) -> Iterator[tuple[str, Finding]]:
    """What the vendor's set-up wants there, only looked at; each by its own name."""
    for step in checks(who.setup()):
        if step.name != "groups":  # asked before, with those of partners that are switched off
            yield step.name, _found(step, who.shop)


def _found(step: Step, shop: str) -> Finding:
    connect = f"`overflow connect --shop {shop}`"
    match step.outcome:
        case Outcome.THERE | Outcome.LEFT_OUT | Outcome.MADE:
            return ok(step.text)
        case Outcome.UNSEEN:
            return ok(f"the helpdesk shows it to nobody; {connect} says what it has to be")
        case Outcome.MISSING:
            return fail(step.text, f"{connect} makes it")
        case Outcome.BY_HAND:
            return fail("not as it has to be", step.text)
        case Outcome.FAILED:
            return fail(step.text, f"mend that, then {connect}")
