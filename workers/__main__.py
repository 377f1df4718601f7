"""``python -m workers``: so many worker processes as the settings say, kept alive.

They also make the shops that the policies' directory has and the store does not know yet.
``python -m workers one`` is a single one of them, without a supervisor.
"""

from __future__ import annotations

import sys
from contextlib import closing
from typing import Final

import structlog

from overflow import log
from overflow.errors import Fault
from overflow.policies.first import apply_new
from overflow.serve.supervisor import Program, Supervisor
from overflow.serve.why import say_why
from overflow.store.connect import PATIENT, connect, require_durable
from workers.settings import settings

LOGGER: Final = "overflow.workers"


def main(arguments: list[str]) -> int:
    """Exit status: 0 when told to stop, 2 when something has to be mended first, 1 otherwise."""
    log.configure("info", "json")  # until the settings are read
    try:
        if arguments == ["one"]:
            _work()
        else:
            _supervise()
    except Fault as fault:
        return say_why(fault, LOGGER)
    return 0


def _work() -> None:
    from workers.process import crew, services  # noqa: PLC0415  the supervisor has no use for it
    from workers.worker import work  # noqa: PLC0415

    work(services(), crew())


def _supervise() -> None:
    count = settings().workers
    with closing(connect(settings().store_url, retries=PATIENT)) as store:
        require_durable(store, settings().accept_data_loss)  # what is wrong is said once, here
        applied = apply_new(settings(), store)
    says = structlog.get_logger(LOGGER)
    for line in applied.left_out:
        says.warning(line)
    for line in applied.created:
        says.info(line)
    command = (sys.executable, "-m", "workers", "one")
    supervisor = Supervisor()
    supervisor.add(*(Program(f"worker {n + 1}", command) for n in range(count)))
    supervisor.listen()
    supervisor.run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
