"""The services and the crew of this worker process, made once, used by every job that it runs."""

from __future__ import annotations

from functools import cache

from overflow.flows.services import Services
from overflow.wiring import build
from workers.crew import Crew
from workers.settings import settings


@cache
def services() -> Services:
    """What the jobs work with."""
    return build(settings(), is_worker=True)


@cache
def crew() -> Crew:
    """Who does the jobs."""
    return Crew()
