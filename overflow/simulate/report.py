"""The page of ``overflow simulate --report``: scenario by scenario, what each policy would do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from math import isnan
from types import MappingProxyType

from overflow.simulate.drawing.axis import axis
from overflow.simulate.drawing.bars import Bar, bars
from overflow.simulate.drawing.page import page, paragraph, section, table
from overflow.simulate.measure import Run
from overflow.simulate.report_day import levels_chart, load_chart, waits_chart
from overflow.simulate.report_seats import seats_part
from overflow.simulate.scenario import Scenario
from overflow.simulate.seats import Seats
from overflow.simulate.summary import goal, is_met, level, row, share
from overflow.simulate.wording import euros, minutes, percent

REFERENCES = ("never", "always", "backlog", "no-free-slot", "estimated-wait", "stationary")
"""Policies that a report holds the asked ones against."""
_MOMENTS = 120
_WIDEST = 2.5
"""Cost ÷ optimum beyond which a bar ends in an arrow."""

_LEAD = (
    "Each policy played the same days with the same luck. The optimum is the least expected cost "
    "of any policy that decides when a ticket arrives and knows the true rates; nobody does."
)


def noted(scenario: Scenario) -> tuple[float, ...]:
    """The times of a day at which the queue is to be noted for the pictures."""
    return tuple(scenario.horizon * place / _MOMENTS for place in range(_MOMENTS + 1))


def report(
    runs: Sequence[Run],
    asked: Sequence[str],
    seats: Mapping[str, Sequence[Seats]] = MappingProxyType({}),
) -> str:
    """The page, HTML; ``asked``: the policies that it is about, the first of them in pictures.

    ``seats``: by scenario, what numbers of partner seats come to.
    """
    parts = [
        _section([*of_one], asked, seats.get(name, ()))
        for name, of_one in groupby(runs, key=lambda run: run.scenario.name)
    ]
    overview = [_overview(runs, asked)] if len(parts) > 1 else []
    return page("What the policy would do", _LEAD, *overview, *parts)


def _overview(runs: Sequence[Run], asked: Sequence[str]) -> str:
    names = list(dict.fromkeys(run.scenario.name for run in runs))
    policies = list(dict.fromkeys(run.policy for run in runs))
    found = {(run.scenario.name, run.policy): run.ratio.mean for run in runs}
    rows = [[policy, *(_times(found.get((name, policy))) for name in names)] for policy in policies]
    strong = [place for place, policy in enumerate(policies) if policy in asked]
    shown = table(["cost ÷ optimum", *names], rows, strong=strong)
    return section("All scenarios", shown)


def _times(ratio: float | None) -> str:
    if ratio is None:
        return ""
    return "-" if isnan(ratio) else f"{ratio:.3f}"  # nothing can be spent: there is no ratio


def _section(runs: Sequence[Run], asked: Sequence[str], seats: Sequence[Seats]) -> str:
    scenario = runs[0].scenario
    main = next((run for run in runs if run.policy in asked), runs[0])
    return section(
        scenario.name,
        paragraph(scenario.note) if scenario.note else "",
        _partners(scenario),
        _costs(runs, asked) if goal(main) is None else _goals(runs, asked),
        _figures(runs, asked),
        seats_part(seats, scenario.goal) if seats and scenario.goal is not None else "",
        load_chart(scenario),
        levels_chart(main),
        waits_chart(runs, asked),
    )


def _costs(runs: Sequence[Run], asked: Sequence[str]) -> str:
    if not runs[0].truth.optimum:
        return paragraph("The best possible costs nothing here, so no cost can be held against it.")
    ordered = sorted(runs, key=lambda run: run.cost.mean)
    shown = [
        Bar(
            name=_name(run),
            value=run.ratio.mean,
            text=f"{_times(run.ratio.mean)} · {euros(run.cost.mean)}",
            low=run.ratio.low if run.days > 1 else None,
            high=run.ratio.high if run.days > 1 else None,
            tone=1 if run.policy in asked else 0,
        )
        for run in ordered
    ]
    worst = max(run.ratio.mean for run in runs)
    scale = axis("cost ÷ optimum", [1.0, worst], high=min(_WIDEST, max(1.25, worst * 1.02)))
    note = (
        f"Cost of a day by policy; the optimum is {euros(runs[0].truth.optimum)}. "
        "Whiskers: 95 % interval. An arrow goes on beyond the picture."
    )
    return bars("Cost of each policy", scale, shown, rule=(1.0, "optimum"), note=note)


def _goals(runs: Sequence[Run], asked: Sequence[str]) -> str:
    """Who reaches the goal, those with the least overflow first."""
    wanted = 100.0 * (goal(runs[0]) or 0.0)
    shown = []
    for run in sorted(runs, key=lambda run: (not is_met(run), share(run, "overflowed"))):
        found = level(run)
        shown.append(
            Bar(
                name=_name(run),
                value=100.0 * found.mean,
                text=f"{percent(found.mean)} · {percent(share(run, 'overflowed'))}",
                low=100.0 * found.low if run.days > 1 else None,
                high=100.0 * found.high if run.days > 1 else None,
                tone=1 if run.policy in asked else 0,
            )
        )
    scale = axis("% answered in time", [0.0, 100.0], high=100.0)
    note = (
        "Answered in time, and overflowed. The policy plans by service level: those that reach the "
        "goal, or miss it by no more than chance, come first, the one with the least overflow at "
        "the top. Whiskers: 95 % interval."
    )
    return bars("Service level of each policy", scale, shown, rule=(wanted, "goal"), note=note)


def _partners(scenario: Scenario) -> str:
    """Whom the tickets go to, and when."""
    if not scenario.partners:
        return ""
    rows = [
        [
            each.name,
            euros(each.price),
            minutes(each.answer_time),
            "no limit" if each.slots is None else str(each.slots),
            percent(each.open_minutes(0.0, scenario.horizon) / scenario.horizon),
            "no limit" if each.allowed is None else ", ".join(str(n) for _, n in each.allowed),
        ]
        for each in scenario.partners
    ]
    note = (
        "Of those that are open, have a slot and may take more that day, the cheapest gets a "
        "ticket, being late counted to its price. Where none can, it stays at home."
    )
    heads = ["partner", "€ a ticket", "answers after", "slots", "open", "tickets a day"]
    return table(heads, rows, note=note)


def _figures(runs: Sequence[Run], asked: Sequence[str]) -> str:
    heads = [
        "policy",
        "tickets",
        "overflow",
        "overflow late",
        "in time",
        "gave up",
        "wait, half",
        "wait, 9 of 10",
        "breaches",
        "refused",
        "€ a day",
    ]
    rows = [_cells(run) for run in runs]
    strong = [place for place, run in enumerate(runs) if run.policy in asked]
    note = (
        f"{runs[0].days} days. Tickets and breaches are a day's, shares of all tickets that came; "
        "overflow late: after a wait at home, counted in overflow too; in time: answered within "
        "the target, by whomever; waits: of those answered at home; refused: no partner could "
        "take it, so it stayed."
    )
    return table(heads, rows, note=note, strong=strong)


def _cells(run: Run) -> list[str]:
    told = row(run)
    return [
        _name(run),
        f"{told['offered']:,.0f}",
        percent(told["overflow_share"]),
        percent(told["late_share"]),
        percent(told["service_level"]),
        percent(told["abandoned_share"]),
        minutes(told["wait_p50"]),
        minutes(told["wait_p90"]),
        f"{told['breached_share'] * told['offered']:,.1f}",
        percent(told["refused_share"]),
        f"{run.cost.mean:,.0f}",
    ]


def _name(run: Run) -> str:
    return f"{run.policy}, late" if run.late else run.policy
