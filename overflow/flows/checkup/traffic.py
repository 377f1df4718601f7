"""What came in and went out lately: webhooks, polls, walks, writes."""

from __future__ import annotations

from collections import Counter
from typing import Final

from overflow.core.phrases import duration, share
from overflow.flows.checkup.finding import Finding, aged, fail, ok, warn
from overflow.flows.checkup.patient import Patient
from overflow.flows.polling import audit
from overflow.flows.polling.differences import LATE, LOST
from overflow.flows.polling.reconcile import POLLED
from overflow.helpdesks.hooks import patience
from overflow.store.throttle import Breaker

REFUSED: Final = frozenset({"unauthorised", "invalid"})
LOST_WARNS, LOST_FAILS = 0.05, 0.5
"""Share of the webhooks of an hour that were lost."""
NAMED: Final = 3
"""Results of webhooks that are named, the commonest first."""
PATIENT: Final = 120.0
"""Seconds after which a webhook that may still come is missed."""
FEW: Final = 3
"""Lost webhooks in an hour that nobody has to know of."""
REFUSED_FAILS: Final = 0.05
"""Refused webhooks for each one taken; fewer may be anybody's."""
POLL_WARNS, POLL_FAILS = 120.0, 900.0
WALK_WARNS, WALK_FAILS = 2 * audit.EVERY, 6 * audit.EVERY
LAG_WARNS, LAG_FAILS = 60.0, 300.0
"""Seconds."""
MOST: Final = 1000
"""Dead letters that are looked at."""


def webhooks(who: Patient) -> Finding:
    """Whether they come, and whether all do."""
    if patience(who.policy.helpdesk) is None:
        return ok("this helpdesk sends none: it is polled")
    results = _results(who, refused=False)
    taken = results.total()
    late = who.hour.get(f"difference/{LATE}", 0)
    awaited = who.services.differences.count(who.shop, who.now - PATIENT)
    missed = who.hour.get(f"difference/{LOST}", 0) + awaited
    if not taken and missed:
        return fail(
            f"none came in the last hour, and polling found {missed} tickets that changed",
            _called(who),
        )
    most = ", ".join(f"{count} {result}" for result, count in results.most_common(NAMED))
    came = f"{taken} taken in the last hour ({most})" if taken else "none taken in the last hour"
    seen = f"{came}, {late} came after polling, {missed} did not come"
    part = missed / (taken + missed) if missed else 0.0
    if missed <= FEW or part <= LOST_WARNS:
        return ok(seen)
    seen = f"{seen}: {share(part)} are lost"
    return fail(seen, _called(who)) if part > LOST_FAILS else warn(seen, _called(who))


def refused(who: Patient) -> Finding:
    """Whether the secret is the one that the helpdesk has, and the body one that is understood."""
    results, taken = _results(who, refused=True), _results(who, refused=False).total()
    if not results:
        return ok("none in the last hour")
    judged = fail if results.total() > REFUSED_FAILS * taken else warn
    wrong, odd = results["unauthorised"], results["invalid"]
    if wrong:
        return judged(
            f"{wrong} in the last hour that were not signed, or not with our secret",
            "the helpdesk and helpdesk.secrets.webhook have to hold the same one; `overflow connect"
            f" --shop {who.shop}` looks at both",
        )
    return judged(
        f"{odd} in the last hour that made no sense",
        "give the trigger or rule the body that docs/helpdesks.md has; the API's log says more",
    )


def polling(who: Patient) -> Finding:
    """When a poll last saw all that had changed."""
    at = float(who.services.progress.get(who.shop, POLLED) or 0.0)
    mend = "is a worker alive, and does the helpdesk answer? the workers' log says why polls fail"
    if not at:
        return warn("it has not ended yet", mend)
    seen = f"all that changed was seen {duration(who.age(at))} ago"
    return aged(who.age(at), POLL_WARNS, POLL_FAILS, seen, mend)


def walk(who: Patient) -> Finding:
    """When all that is open was last compared."""
    stands = audit.state(who.services, who.shop)
    at = stands.begun if stands.is_under_way else stands.ended
    mend = f"ask for one: `overflow helpdesk walk {who.shop}`; the workers' log says why it fails"
    if not at:
        return warn("none has ended yet", mend)
    age = duration(who.age(at))
    word = f"one has gone on for {age}" if stands.is_under_way else f"the last one ended {age} ago"
    seen = f"{word}: {stands.tickets} open tickets, {stands.differences} differences"
    return aged(who.age(at), WALK_WARNS, WALK_FAILS, seen, mend)


def sync(who: Patient) -> Finding:
    """How far the helpdesk is behind what was decided."""
    counts = who.services.marks.counts(who.shop)
    oldest = [at for at in (counts.oldest_dirty, counts.oldest_to_read) if at]
    lag = max((who.age(at) for at in oldest), default=0.0)
    seen = f"{counts.dirty} to be written, {counts.to_read} to be read"
    if lag:
        seen = f"{seen}, the oldest for {duration(lag)}"
    mend = "does the helpdesk throttle (429 in the workers' log), or are there too few workers?"
    return aged(lag, LAG_WARNS, LAG_FAILS, seen, mend)


def calls(who: Patient) -> Finding:
    """Whether the helpdesk is asked at all, and how much."""
    state = who.services.desks.gate(who.policy).state()
    if state.breaker is not Breaker.CLOSED:
        return fail(
            f"left alone for {duration(state.rest)}, after {state.failures} failures in a row",
            "what fails is said below; it is tried again by itself, so mend only that",
        )
    if state.rest:
        return warn(
            f"the helpdesk wants to be left alone for {duration(state.rest)}",
            "does somebody else use up its limit? a `limit` in helpdesk.options keeps below it",
        )
    if state.rate is None:
        return ok("nothing limits them")
    left = "" if state.remaining is None else f", {state.remaining} of {state.budget} are left"
    return ok(f"{state.rate:.2g} a second at present{left}")


def dead_letters(who: Patient) -> Finding:
    """What was given up, and mostly why."""
    letters, _ = who.services.marks.dead(who.shop, limit=MOST)
    if not letters:
        return ok("none")
    [(error, times)] = Counter(letter.error for letter in letters).most_common(1)
    return fail(
        f"{who.services.marks.counts(who.shop).dead}; {times} of them: {error}",
        f"mend that, then `POST /v1/shops/{who.shop}/dead-letters/retry`",
    )


def _results(who: Patient, *, refused: bool) -> Counter[str]:
    """What came of the last hour's webhooks."""
    found: Counter[str] = Counter()
    for tally, count in who.hour.items():
        match tally.split("/"):
            case ["webhook", _, result] if (result in REFUSED) is refused:
                found[result] += count
            case _:
                pass
    return found


def _called(who: Patient) -> str:
    """Where to look, and what the helpdesk has to call."""
    return (
        f"the helpdesk has to POST to {who.hook} (and `/SECRET` where the secret stands in the URL)"
        f"; {who.setup().unheard}"
    )
