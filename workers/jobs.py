"""The jobs: each takes a shop and has the crew call one flow. Named in ``overflow.jobs.Task``.

To the job queue a job is done as soon as it has a thread or stands in line for one: what it should
have done and did not is seen in the store, and asked for again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog

from overflow.errors import Fault
from overflow.flows import sweep
from overflow.flows.drain import sync
from overflow.flows.foresight import shadow
from overflow.flows.planner import planning
from overflow.flows.polling import imports, reconcile
from workers.process import crew, services


def drain(*, shop: str) -> None:
    """Put in step with the helpdesk what is due."""
    wanted = crew().is_wanted
    job = partial(_run, "drain", shop, lambda: sync.drain(services(), shop, is_wanted=wanted))
    if not crew().do(f"drain {shop}", job):
        log = structlog.get_logger("overflow.jobs")
        log.warning("job left to the ticks", job="drain", shop=shop, why="no thread is free")


def sweep_shop(*, shop: str) -> None:
    """Look again at what waits."""
    _line_up("sweep", shop, lambda: sweep.run(services(), shop))


def reconcile_shop(*, shop: str) -> None:
    """Ask the helpdesk what has changed."""
    _poll("reconcile", shop, lambda: reconcile.poll(services(), shop))


def import_open(*, shop: str) -> None:
    """Go on with the first walk."""
    _poll("import", shop, lambda: imports.walk(services(), shop))


def plan_shop(*, shop: str) -> None:
    """Work out from how many tickets on to overflow."""
    _line_up("plan", shop, lambda: planning.run(services(), shop))


def shadow_shop(*, shop: str) -> None:
    """Decide by the second policy what the live one has decided."""
    _line_up("shadow", shop, lambda: shadow.run(services(), shop))


def _poll(name: str, shop: str, flow: Callable[[], Any]) -> None:
    """What asks the helpdesk whether there is anything to do."""
    crew().poll(f"{name} {shop}", partial(_run, name, shop, flow))


def _line_up(name: str, shop: str, flow: Callable[[], Any]) -> None:
    """What mostly computes."""
    crew().compute(f"{name} {shop}", partial(_run, name, shop, flow))


def _run(name: str, shop: str, flow: Callable[[], Any]) -> None:
    """Do it. What is expected to fail now and then is logged; the ticks try again."""
    log = structlog.get_logger("overflow.jobs")
    try:
        done = flow()
    except Fault as fault:
        log.warning("job failed", job=name, shop=shop, why=fault.message)
    except Exception:
        log.exception("job failed by a bug", job=name, shop=shop)
    else:
        log.debug("job done", job=name, shop=shop, **done._asdict())
