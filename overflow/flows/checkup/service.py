"""The service itself: its store, its policy, its secrets, its workers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from overflow.core.model import Mode
from overflow.core.phrases import duration
from overflow.errors import HelpdeskAway, NotNow
from overflow.flows.checkup.client import nobody
from overflow.flows.checkup.clocks import judged, skew
from overflow.flows.checkup.finding import Finding, aged, fail, ok, warn
from overflow.flows.checkup.patient import Patient
from overflow.flows.health import SILENT
from overflow.flows.planner import planning
from overflow.flows.routing.errand import IMPORTED
from overflow.settings import resolve_secret
from overflow.store.situation_codec import MICRO

PLAN_WARNS, PLAN_FAILS = 60.0, 300.0
"""Seconds since a channel was planned."""
_MODES: Final = {
    Mode.OBSERVE: "observe: tickets are decided and nothing is written into the helpdesk",
    Mode.OFF: "off: nothing is decided, the status is followed and no more",
}


def clock(who: Patient) -> Finding:
    """The store's, by which leases and due times go."""

    def ask() -> float:
        seconds, micros = who.services.redis.time()
        return float(seconds) + float(micros) / MICRO

    return judged(
        skew(who.host, ask),
        "the store's clock",
        "let both machines keep their time by NTP (`timedatectl` says whether one does)",
    )


def address(who: Patient) -> Finding:
    """Whether the API answers where the helpdesk calls it. It may do so for others alone."""
    if not who.base:
        return ok("not said (--url), so not looked at")
    try:
        with nobody(who.base) as http:
            status = http.send("GET", "readyz").status
    except HelpdeskAway:
        status = 0
    if status == HTTPStatus.OK:
        return ok(f"{who.base} answers")
    told = f"answers with {status}" if status else "cannot be reached from here"
    return warn(
        f"{who.base}/readyz {told}",
        "is the API up, and does the proxy lead to it? look from outside as well",
    )


def mode(who: Patient) -> Finding:
    """Whether anything is done at all."""
    if who.policy.mode is Mode.LIVE:
        return ok("live")
    shop = who.shop
    return warn(
        _MODES[who.policy.mode],
        f"once that is no longer wanted: `mode: live` in the policy of {shop}, then "
        "`overflow policy apply FILE`",
    )


def policy(who: Patient) -> Finding:
    """The version in force. Every commit is held against it, so no process goes by another one."""
    newest = max(who.services.policies.versions(who.shop), default=0)
    seen = f"version {who.situation.policy_version} is in force"
    if newest == who.situation.policy_version == who.policy.version:
        return ok(seen)
    return fail(
        f"{seen}, the newest is {newest}, this process has {who.policy.version}",
        "apply the policy once more: `overflow policy apply FILE`",
    )


def secrets(who: Patient) -> Finding:
    """Whether the references lead to values, here; never which."""
    absent: list[str] = []
    gone: list[str] = []
    for references in who.policy.helpdesk.secrets.values():
        lost = [reference for reference in references if not _is_found(reference)]
        (gone if len(lost) == len(references) else absent).extend(lost)
    where = "for the API and every worker, where they run; here as well"
    if gone:
        return fail(f"nothing is in {', '.join(gone)}", f"set it {where}")
    if absent:
        return warn(f"nothing is in {', '.join(absent)}", "take it out of helpdesk.secrets")
    return ok(", ".join(sorted(who.policy.helpdesk.secrets)) or "the policy names none")


def _is_found(reference: str) -> bool:
    try:
        return bool(resolve_secret(reference))
    except NotNow:
        return False


def workers(who: Patient) -> Finding:
    """Who writes into the helpdesk, polls it and looks again."""
    beats = who.services.progress.beats().values()
    alive = [at for at in beats if who.age(at) < SILENT]
    if not alive:
        last = f"the last one was heard of {duration(who.age(max(beats)))} ago" if beats else ""
        return fail(
            f"none is alive; {last}".rstrip("; "),
            "start one: `overflow run`, or `python -m workers` (compose: `worker`); then its log",
        )
    return ok(f"{len(alive)} alive, {who.services.jobs.waiting()} jobs wait")


def planner(who: Patient) -> Finding:
    """How old the thresholds are."""
    if not planning.is_wanted(who.services, who.shop):
        return ok("the policy plans nothing")
    plans = planning.plans(who.services, who.shop)
    if not plans:
        return warn("no channel was planned yet", "wait a minute; then look at the workers' log")
    oldest = min(plans, key=lambda plan: plan.at)
    age = who.age(oldest.at)
    seen = f"{oldest.channel} was planned {duration(age)} ago"
    mend = "are there enough workers? their log says why a round failed"
    return aged(age, PLAN_WARNS, PLAN_FAILS, seen, mend)


def imported(who: Patient) -> Finding:
    """Until the first walk has ended no ticket is decided."""
    if IMPORTED in who.situation.seen:
        return ok(f"finished {duration(who.age(who.situation.seen[IMPORTED]))} ago")
    return warn(
        "the first walk over the helpdesk goes on: no ticket is decided yet",
        "wait; where it does not end, the checks of the helpdesk below say why",
    )
