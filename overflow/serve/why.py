"""Why a process of the service does not start, in the form of all its lines."""

from __future__ import annotations

import structlog

from overflow.errors import BadInput, Fault, Invalid


def say_why(fault: Fault, logger: str) -> int:
    """A line for each fault; the exit status: 2 when something is to be mended first, else 1."""
    log = structlog.get_logger(logger)
    if isinstance(fault, Invalid):
        for where, texts in fault.faults.items():
            log.error("does not start", where=where, why=" ".join(texts))
    else:
        log.error("does not start", why=fault.message)
    return 2 if isinstance(fault, BadInput) or fault.is_permanent else 1
