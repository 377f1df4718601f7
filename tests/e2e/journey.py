"""What happens to a shop's tickets in a busy hour: the same for every helpdesk.

Each act is done by whoever does it in life: customers and agents in the helpdesk, the partner's
agents through the API. Only the helpdesk's own webhooks and the service's polling tell the service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import httpx

from overflow.clock import SystemClock
from tests.e2e.agreement import GROUPS, moves, settled
from tests.e2e.eventually import eventually
from tests.e2e.shop import HOME, PARTNER, SHOP, START, Routed
from tests.e2e.world import HOME_AGENT, HOME_GROUP, PARTNER_AGENT, PARTNER_GROUP, World

FOUND_WITHIN: Final = 60.0
"""Seconds that a lost webhook may cost."""

Seen = Callable[[], bool]
"""Whether an act is known everywhere by now; asked until it is."""


@dataclass
class Told:
    """What each ticket has gone through: the moves that were decided, in order."""

    moves: dict[str, list[str]] = field(default_factory=dict)

    def expect(self, ticket: str, *outcomes: str) -> None:
        self.moves.setdefault(ticket, []).extend(outcomes)


def before_the_service(world: World) -> str:
    """A ticket that is open when the service first comes: it stays where it is, undecided."""
    return world.write("chat", "de")


def play(routed: Routed, old: str) -> None:
    """All of it, and the reckoning."""
    told = Told()
    assert routed.holder(old) == HOME
    stay = _some_stay(routed, told)
    lost, lost_at = _one_is_not_told(routed)
    go = _others_overflow(routed, told)
    _one_is_claimed_and_solved(routed, go[0])
    _one_waits_for_the_customer(routed, go[4])
    seen = (
        _one_is_returned(routed, told, go[1]),
        _one_is_taken_in_the_helpdesk(routed, go[2]),
        _one_is_moved_by_a_person(routed, go[3], HOME),
        _one_is_moved_by_a_person(routed, stay[1], PARTNER),
        _one_is_solved_at_home(routed, stay[0]),
        _one_is_reopened(routed, go[0]),
    )
    for probe in seen:
        eventually(probe.__qualname__, probe, FOUND_WITHIN)
    _is_found(routed, told, lost, lost_at)
    settled(routed)
    _no_group_is_missed(routed)
    _reckon(routed, told, {old, lost, *stay, *go})
    _comes_out_the_same(routed)


def _no_group_is_missed(routed: Routed) -> None:
    """The helpdesk has been asked, and lists what the policy names."""
    told = routed.shop.client.call("GET", "/healthz").json()
    assert told["shops"][SHOP]["missing_groups"] == []


def _some_stay(routed: Routed, told: Told) -> list[str]:
    """Until as many are at home as may be; the old one is the first of them."""
    stay = [routed.arrives() for _ in range(START - 1)]
    for ticket in stay:
        assert routed.holder(ticket) == HOME
        told.expect(ticket)
    return stay


def _one_is_not_told(routed: Routed) -> tuple[str, float]:
    """The helpdesk's webhook is lost."""
    routed.world.webhooks_to(None)
    ticket = routed.world.write("email", "de")
    routed.world.webhooks_to(routed.webhook_url)
    return ticket, SystemClock().now()


def _others_overflow(routed: Routed, told: Told) -> list[str]:
    """Seconds later they stand with the partner in the helpdesk, marked, with the reason."""
    go = [routed.world.write("chat", "de") for _ in range(5)]
    go.append(routed.world.write("email", "nl"))
    for ticket in go:
        eventually(f"{ticket} goes to the partner", lambda t=ticket: routed.holder(t) == PARTNER)
        told.expect(ticket, "overflow")
    for ticket in go:
        eventually(f"{ticket} stands there", lambda t=ticket: _is_handed_over(routed, t))
    assert routed.world.show(go[0]).reason == "backlog"
    assert routed.world.show(go[-1]).reason == "language"
    return go


def _is_handed_over(routed: Routed, ticket: str) -> bool:
    shown = routed.world.show(ticket)
    return shown.group == PARTNER_GROUP and "overflow" in shown.tags and len(shown.references) == 1


def _one_is_claimed_and_solved(routed: Routed, ticket: str) -> None:
    """By the partner, through the API; the customer's answer stands in the helpdesk at once."""
    claimed = routed.partner.act(ticket, "claim", agent="amelie")
    assert claimed["claim"]["agent"] == "amelie"
    solved = routed.partner.act(
        ticket, "reply", agent="amelie", text="It left today.", status="solved"
    )
    assert solved["status"] == "solved"
    shown = routed.world.show(ticket)
    assert shown.status == "solved"
    assert len(shown.answers) == 1
    assert "It left today." in shown.answers[0]


def _one_waits_for_the_customer(routed: Routed, ticket: str) -> None:
    """The partner says so through the API."""
    routed.partner.act(ticket, "status", agent="amelie", status=routed.world.parked)
    assert routed.world.show(ticket).status == routed.world.parked
    assert _shown(routed, ticket)["standing"] == "parked"


def _one_is_returned(routed: Routed, told: Told, ticket: str) -> Seen:
    """It stands at home again, without a mark, and the note says what the partner said."""
    routed.partner.act(ticket, "return", agent="amelie", reason="Needs the warehouse")
    told.expect(ticket, "returned")

    def stands_at_home() -> bool:
        shown = routed.world.show(ticket)
        assert shown.group == HOME_GROUP
        assert "overflow" not in shown.tags
        assert len(shown.references) == 2
        assert sum("Needs the warehouse" in note for note in shown.notes) == 1
        reply = routed.partner.client.call("GET", f"{routed.partner.path}/tickets/{ticket}")
        return reply.status_code == httpx.codes.NOT_FOUND

    return stands_at_home


def _one_is_taken_in_the_helpdesk(routed: Routed, ticket: str) -> Seen:
    """An agent who assigns himself there has claimed it here: others are told who."""
    agent = routed.world.known_as(PARTNER_AGENT)
    routed.world.take(ticket, PARTNER_AGENT)
    routed.world.answer(ticket, PARTNER_AGENT)

    def is_his() -> bool:
        found = _shown(routed, ticket)
        assert (found["assignee"], bool(found["answered_at"])) == (agent, True)
        path = f"{routed.partner.path}/tickets/{ticket}/claim"
        reply = routed.partner.client.call("POST", path, {"agent": "amelie"})
        assert reply.status_code == httpx.codes.CONFLICT
        return bool(reply.json()["claimed_by"] == agent)

    return is_his


def _one_is_moved_by_a_person(routed: Routed, ticket: str, team: str) -> Seen:
    """In the helpdesk, against what was decided: the move stands, and the marks follow it."""
    routed.world.move(ticket, GROUPS[team])

    def is_accepted() -> bool:
        found = _shown(routed, ticket)
        assert (found["team"], found["is_manual"]) == (team, True)
        assert routed.shop.decisions(ticket)[0]["reason"] == "manual"
        return ("overflow" in routed.world.show(ticket).tags) == (team == PARTNER)

    return is_accepted


def _one_is_solved_at_home(routed: Routed, ticket: str) -> Seen:
    """By an agent, in the helpdesk."""
    routed.world.answer(ticket, HOME_AGENT)
    routed.world.solve(ticket, HOME_AGENT)

    def is_known_to_be_solved() -> bool:
        return bool(_shown(routed, ticket)["status"] == "solved")

    return is_known_to_be_solved


def _one_is_reopened(routed: Routed, ticket: str) -> Seen:
    """It goes on with the partner that answered it."""
    routed.world.write_again(ticket)

    def goes_on() -> bool:
        found = _shown(routed, ticket)
        assert (found["status"], found["team"]) == ("open", PARTNER)
        return True

    return goes_on


def _is_found(routed: Routed, told: Told, ticket: str, lost_at: float) -> None:
    """By polling, and decided as any other."""
    holder = eventually("the lost ticket is found", lambda: routed.holder(ticket), FOUND_WITHIN)
    told.expect(ticket, *(["overflow"] if holder == PARTNER else []))
    [first, *_] = reversed(routed.shop.decisions(ticket))
    assert datetime.fromisoformat(first["at"]).timestamp() - lost_at < FOUND_WITHIN


def _shown(routed: Routed, ticket: str) -> dict:
    found = routed.shop.ticket(ticket)
    assert found is not None
    return found


def _reckon(routed: Routed, told: Told, tickets: set[str]) -> None:
    """Every ticket was moved as often as was decided, and each move was told of once."""
    assert set(routed.world.tickets()) >= tickets
    assert {ticket: moves(routed, ticket) for ticket in told.moves} == told.moves
    noted = {ticket: len(routed.world.show(ticket).references) for ticket in told.moves}
    assert noted == {ticket: len(outcomes) for ticket, outcomes in told.moves.items()}


def _comes_out_the_same(routed: Routed) -> None:
    """Decided again from the journal, every decision is what it was."""
    shown = routed.service.run("replay", "--shop", SHOP)
    assert ", 0 otherwise." in shown.splitlines()[0], shown
    assert "moved by a person" in shown
