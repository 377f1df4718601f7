"""The jobs: each takes a shop and calls one flow. Named in ``overflow.jobs.Task``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import structlog

from overflow.errors import Fault
from overflow.flows import sweep
from overflow.flows.drain import sync
from overflow.flows.foresight import shadow
from overflow.flows.planner import planning
from overflow.flows.polling import imports, reconcile
from overflow.jobs import Task
from workers.process import services


def drain(*, shop: str) -> None:
    """Put in step with the helpdesk what is due; beside it, what else the shop waits for."""
    beside = {task: partial(job, shop=shop) for task, job in _BESIDE.items()}
    _run("drain", shop, lambda: sync.drain(services(), shop, beside=beside))


def sweep_shop(*, shop: str) -> None:
    """Look again at what waits."""
    _run("sweep", shop, lambda: sweep.run(services(), shop))


def reconcile_shop(*, shop: str) -> None:
    """Ask the helpdesk what has changed."""
    _run("reconcile", shop, lambda: reconcile.poll(services(), shop))


def import_open(*, shop: str) -> None:
    """Go on with the first walk."""
    _run("import", shop, lambda: imports.walk(services(), shop))


def plan_shop(*, shop: str) -> None:
    """Work out from how many tickets on to overflow."""
    _run("plan", shop, lambda: planning.run(services(), shop))


def shadow_shop(*, shop: str) -> None:
    """Decide by the second policy what the live one has decided."""
    _run("shadow", shop, lambda: shadow.run(services(), shop))


_BESIDE: Final[Mapping[Task, Callable[..., None]]] = {
    Task.SWEEP: sweep_shop,
    Task.RECONCILE: reconcile_shop,
    Task.IMPORT: import_open,
    Task.PLAN: plan_shop,
    Task.SHADOW: shadow_shop,
}


def _run(name: str, shop: str, flow: Callable[[], Any]) -> None:
    """Do it. What is expected to fail now and then is logged; the ticks try again."""
    log = structlog.get_logger("overflow.jobs")
    try:
        done = flow()
    except Fault as fault:
        log.warning("job failed", job=name, shop=shop, why=fault.message)
    else:
        log.debug("job done", job=name, shop=shop, **done._asdict())
