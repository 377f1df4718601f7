"""Pictures of cost and service level against the number of partner seats."""

from __future__ import annotations

from collections.abc import Sequence

from overflow.simulate.drawing.axis import axis
from overflow.simulate.drawing.chart import HALF, chart
from overflow.simulate.drawing.marks import Band, Line, Mark, Rule
from overflow.simulate.drawing.page import pair, paragraph, table
from overflow.simulate.seats import Seats, cheapest
from overflow.simulate.wording import euros, percent

_TALL = 280.0


def seats_part(found: Sequence[Seats], goal: float) -> str:
    """Both pictures, the figures, and what is cheapest."""
    best = cheapest(found, goal)
    return (
        pair(_costs(found, best), _levels(found, goal, best))
        + paragraph(said(found, goal))
        + _figures(found, best)
    )


def said(found: Sequence[Seats], goal: float) -> str:
    """In a sentence, which number of seats is the cheapest that meets the goal."""
    best = cheapest(found, goal)
    wanted = f"{percent(goal)} answered in time"
    if best is None:
        return f"No number of seats in the contract's limit meets the goal of {wanted}."
    fewest = min((each for each in found if each.service_level >= goal), key=lambda e: e.seats)
    text = f"The cheapest that meets the goal of {wanted}: {_one(best)}."
    return text if fewest is best else f"{text} The fewest that do: {_one(fewest)}."


def _one(each: Seats) -> str:
    seats = "1 seat" if each.seats == 1 else f"{each.seats} seats"
    return f"{seats}, {euros(each.cost.mean)} a day, {percent(each.service_level)} in time"


def _costs(found: Sequence[Seats], best: Seats | None) -> str:
    x = axis("partner seats", [each.seats for each in found], whole=True)
    tops = [each.cost.high if each.cost.half < float("inf") else each.cost.mean for each in found]
    marks: list[Mark] = [
        Band(
            "95 % interval",
            [(each.seats, max(0.0, each.cost.low), each.cost.high) for each in found],
            1,
        ),
        Line("cost", [(each.seats, each.cost.mean) for each in found], 1),
        *_best(best),
    ]
    y = axis("€ a day", tops)
    return chart("Cost against seats", x, y, marks, height=_TALL, width=HALF)


def _levels(found: Sequence[Seats], goal: float, best: Seats | None) -> str:
    x = axis("partner seats", [each.seats for each in found], whole=True)
    marks: list[Mark] = [
        Line("answered in time", [(each.seats, 100 * each.service_level) for each in found], 1),
        Line("overflow", [(each.seats, 100 * each.overflow_share) for each in found], 2),
        Line("goal", [(x.low, 100 * goal), (x.high, 100 * goal)], 0),
        *_best(best),
    ]
    y = axis("% of all tickets", [0, 100], high=100.0)
    return chart("Service level against seats", x, y, marks, height=_TALL, width=HALF)


def _best(best: Seats | None) -> list[Mark]:
    return [] if best is None else [Rule("cheapest", best.seats)]


def _figures(found: Sequence[Seats], best: Seats | None) -> str:
    rows = [
        [
            str(each.seats),
            f"{each.cost.mean:,.0f}",
            percent(each.service_level),
            percent(each.overflow_share),
        ]
        for each in found
    ]
    strong = [place for place, each in enumerate(found) if each is best]
    return table(["seats", "€ a day", "in time", "overflow"], rows, strong=strong)
