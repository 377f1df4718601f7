"""The services of this worker process, made once, used by every job that it runs."""

from __future__ import annotations

from functools import cache

from overflow import log
from overflow.flows.services import Services
from overflow.settings import Settings, load
from overflow.wiring import build


@cache
def settings() -> Settings:
    """This process's settings; its log is set up by the way."""
    found = load()
    log.configure(found.log_level, found.log_format)
    return found


@cache
def services() -> Services:
    """What the jobs work with."""
    return build(settings(), is_worker=True)
