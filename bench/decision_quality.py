"""What deciding by plan costs beside the optimum that knows the truth, and beside simple rules."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from bench.figures import table, verdict
from bench.scenarios import DEVELOP, HELD_BACK, WRONG, half
from overflow.simulate.contenders.auto import contender
from overflow.simulate.interval import Interval, interval, steadied
from overflow.simulate.measure import FEW, Run, begin, difference, play_on
from overflow.simulate.measure import run as simulated
from overflow.simulate.scenario import Scenario
from overflow.simulate.scenario_file import build, read_scenarios
from overflow.simulate.truth import Truth

PUBLIC = Path(__file__).parent.parent / "tests" / "simulate" / "data" / "public.json"
RULES = ("backlog", "no-free-slot", "estimated-wait")
EXACT = tuple(kind for kind in WRONG if kind not in {"heavy", "capped"})
"""Where what looking again brings can be measured without luck."""
SEED = 1
NARROW = 0.003
"""Half-width of the 95 % interval, as a share of the optimum."""
MEAN, WORST = 1.01, 1.03
_HEAD = ("scenario", "days", "cost ÷ optimum", "stationary", *RULES)
_LATE_HEAD = ("scenario", "days", "without", "with", "with - without")


def run(*, is_full: bool) -> None:
    """The public scenarios, with and without late overflow; random ones of one half or of both."""
    days = 2_000 if is_full else 20
    public = read_scenarios(PUBLIC)
    _without_late("the public scenarios, decided at arrival", public, days)
    _with_late("late overflow, the public scenarios", public, 300 if is_full else 30)
    count = len(WRONG) * (4 if is_full else 1)
    _random("random scenarios, the half for development", DEVELOP, count, 6 if is_full else 3)
    if is_full:
        _random("random scenarios, the half that was held back", HELD_BACK, count, 6)
        _late_random("late overflow, random scenarios of both halves", len(EXACT), 4)


def _late_random(title: str, count: int, days: int) -> None:
    both = [*half(DEVELOP, count, kinds=EXACT), *half(HELD_BACK, count, kinds=EXACT)]
    _with_late(title, [build(one) for one in both], days)


def _random(title: str, which: int, count: int, days: int) -> None:
    _without_late(title, [build(one) for one in half(which, count)], days)


def _without_late(title: str, scenarios: Iterable[Scenario], days: int) -> None:
    rows, ratios, worse = [], [], []
    for scenario in scenarios:
        truth = Truth(scenario)
        auto = _runs(scenario, "auto", days, truth)
        others = [_runs(scenario, rule, min(days, 60), truth) for rule in ("stationary", *RULES)]
        ratios.append(auto.ratio.mean)
        worse += [scenario.name for other in others[1:] if _is_worse(auto, other)]
        rows.append(
            (scenario.name, auto.days, _shown(auto.ratio), *(f"{o.ratio.mean:.3f}" for o in others))
        )
    table(title, _HEAD, rows)
    mean = sum(ratios) / len(ratios)
    print(f"mean {mean:.4f}, goal {verdict(mean, MEAN)}")
    print(f"worst {max(ratios):.4f}, goal {verdict(max(ratios), WORST)}")
    print(f"worse than a simple rule: {', '.join(worse) or 'nowhere'}")


def _with_late(title: str, scenarios: Iterable[Scenario], days: int) -> None:
    """Both on the same luck."""
    rows, missed = [], []
    for scenario in scenarios:
        truth = Truth(scenario)
        kept, late = (_days(scenario, truth, days, late=late) for late in (False, True))
        gain = _between(kept, late).over(truth.optimum)
        missed += [scenario.name] if gain.mean >= 0 else []
        rows.append((scenario.name, kept.days, *map(_shown, (kept.ratio, late.ratio, gain))))
    table(title, _LATE_HEAD, rows)
    print(f"late overflow no better: {', '.join(missed) or 'nowhere'}")


def _days(scenario: Scenario, truth: Truth, days: int, *, late: bool) -> Run:
    """Freed of chance in the same way with and without late overflow; enough days for that."""
    found = begin(scenario, "auto", late=late, truth=truth)
    found.method = begin(scenario, "auto", late=True, truth=truth).method
    for _ in range(days if found.method == "regret" else max(days // 5, FEW)):
        play_on(found, contender, SEED)
    return found


def _between(kept: Run, late: Run) -> Interval:
    """Euros a day that late overflow costs more."""
    if kept.method == "regret":
        return difference(late, kept)
    luck = np.hstack([kept.lucks, np.array(late.lucks)[:, 1:]])  # the first is the day's, of both
    return interval(steadied(late.plain - kept.plain, luck), spent=1 + luck.shape[1])


def _runs(scenario: Scenario, policy: str, days: int, truth: Truth) -> Run:
    return simulated(scenario, policy, days=days, half_width=NARROW, truth=truth)


def _is_worse(auto: Run, other: Run) -> bool:
    """Beyond chance."""
    return auto.ratio.low > other.ratio.high


def _shown(one: Interval) -> str:
    return f"{one.mean:.4f} ± {one.half:.4f}"
