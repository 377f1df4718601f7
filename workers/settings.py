"""The settings of this worker process, read once; its log is set up by the way."""

from __future__ import annotations

from functools import cache

from overflow import log
from overflow.settings import Settings, load


@cache
def settings() -> Settings:
    """What it is told from outside. Raises ``Invalid`` with every fault."""
    found = load()
    log.configure(found.log_level, found.log_format)
    return found
