"""The metrics that there are, by name: what they mean and their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Family(NamedTuple):
    """One domain metric."""

    about: str
    labels: tuple[str, ...]


COUNTERS: Final[Mapping[str, Family]] = {
    "overflow_decisions_total": Family(
        "Decisions made and carried out.", ("shop", "outcome", "reason", "team", "channel")
    ),
    "overflow_observed_total": Family(
        "Decisions made while observing.", ("shop", "outcome", "reason", "team", "channel")
    ),
    "overflow_events_total": Family(
        "Webhooks by what came of them.", ("shop", "connector", "result")
    ),
    "overflow_reconcile_differences_total": Family(
        "Tickets that polling found to differ, by why no webhook had told of them: late, lost, "
        "foreign (none tells of that), polled (the helpdesk sends none).",
        ("shop", "cause"),
    ),
    "overflow_flaps_total": Family(
        "Moves of the service's that undid one of its own.", ("shop", "channel")
    ),
    "overflow_shadow_total": Family(
        "Decisions that a shadow policy made beside the live one, by what either chose.",
        ("shop", "team", "shadow_team", "channel"),
    ),
    "overflow_moves_total": Family("Tickets that changed hands.", ("shop", "kind")),
    "overflow_helpdesk_calls_total": Family(
        "Calls of the helpdesk: sent at once, sent after they waited for the budget, held back, "
        "limited (answered with 429).",
        ("shop", "outcome"),
    ),
    "overflow_wait_promises_total": Family(
        "Expected waits of tickets by what came of them: answered sooner or later, moved before, "
        "unanswered.",
        ("shop", "channel", "method", "outcome"),
    ),
    "overflow_wait_promised_seconds_total": Family(
        "Expected waits of tickets that were answered.", ("shop", "channel", "method")
    ),
    "overflow_wait_taken_seconds_total": Family(
        "What these tickets waited from when it was expected.", ("shop", "channel", "method")
    ),
    "overflow_wait_error_seconds_total": Family(
        "By how much each of these waits differed from the expected one.",
        ("shop", "channel", "method"),
    ),
}
GAUGES: Final[Mapping[str, Family]] = {
    "overflow_waiting": Family(
        "Open tickets that nobody has answered or taken.", ("shop", "team", "queue")
    ),
    "overflow_wip": Family(
        "Open tickets that somebody has answered or taken.", ("shop", "team", "queue")
    ),
    "overflow_expected_wait_seconds": Family(
        "Expected wait at home of a ticket that comes now; absent while unknown.", ("shop", "queue")
    ),
    "overflow_pressure": Family("1 while a queue is under pressure.", ("shop", "queue")),
    "overflow_plan_level": Family(
        "Tickets at home from which on the planner hands over; absent: from none on.",
        ("shop", "channel"),
    ),
    "overflow_plan_age_seconds": Family("Since a channel was planned.", ("shop", "channel")),
    "overflow_estimated_demand": Family(
        "What comes beside the forecast: 1.2 is a fifth more.", ("shop", "channel")
    ),
    "overflow_estimated_handle_seconds": Family(
        "Work on a ticket, as the planner takes it to be.", ("shop", "channel")
    ),
    "overflow_estimated_patience_seconds": Family(
        "Until who waits gives up; absent: nobody does.", ("shop", "channel")
    ),
    "overflow_estimated_agents": Family("Taken to be there now.", ("shop", "channel")),
    "overflow_estimate_samples": Family(
        "Tickets that an estimate rests on, older ones counting less.",
        ("shop", "channel", "estimate"),
    ),
    "overflow_partner_held": Family(
        "Open tickets that a partner holds.", ("shop", "partner", "channel")
    ),
    "overflow_partner_capacity": Family(
        "Most open tickets that a partner takes now.", ("shop", "partner", "channel")
    ),
    "overflow_dirty": Family("Tickets to be written to the helpdesk.", ("shop",)),
    "overflow_to_read": Family("Tickets to be read from the helpdesk.", ("shop",)),
    "overflow_dead_letters": Family("Work that was given up.", ("shop",)),
    "overflow_missing_groups": Family(
        "Groups of the policy that the helpdesk does not list.", ("shop",)
    ),
    "overflow_helpdesk_budget_calls": Family(
        "Calls that the helpdesk allows, in its own time; absent: no limit is known.", ("shop",)
    ),
    "overflow_helpdesk_remaining_calls": Family(
        "Calls of these that it last said are left.", ("shop",)
    ),
    "overflow_helpdesk_calls_per_second": Family(
        "Calls that it is asked at the most at present; absent: any number.", ("shop",)
    ),
    "overflow_helpdesk_breaker_open": Family(
        "1 while the helpdesk is left alone, for it fails again and again.", ("shop",)
    ),
    "overflow_sync_lag_seconds": Family(
        "Age of the oldest decision that the helpdesk has not confirmed.", ("shop",)
    ),
    "overflow_input_age_seconds": Family("Age of what decisions are made from.", ("shop", "input")),
    "overflow_sweep_age_seconds": Family(
        "Since all waiting tickets of a shop were last looked at again.", ("shop",)
    ),
    "overflow_worker_alive": Family("1 while a worker sends heartbeats.", ()),
}
LAG: Final = "overflow_sync_seconds"

NAMES: Final = frozenset(
    {*COUNTERS, *GAUGES, LAG, "overflow_http_requests_total", "overflow_http_request_seconds"}
)
"""Every family that there is."""
