"""``python -m workers``: so many worker processes as the settings say, kept alive.

They also make the shops that the policies' directory has and the store does not know yet.
``python -m workers one`` is a single one of them, without a supervisor.
"""

from __future__ import annotations

import sys
from contextlib import closing

from overflow.errors import BadInput, Fault, Invalid
from overflow.policies.first import apply_new
from overflow.serve.supervisor import Program, Supervisor
from overflow.store.connect import PATIENT, connect, require_durable
from workers.settings import settings


def main(arguments: list[str]) -> int:
    """Exit status: 0 when told to stop, 2 when something has to be mended first, 1 otherwise."""
    try:
        if arguments == ["one"]:
            _work()
        else:
            _supervise()
    except Fault as fault:
        for line in _lines(fault):
            print(f"workers: {line}", file=sys.stderr)  # noqa: T201  why it does not start
        return 2 if isinstance(fault, BadInput) or fault.is_permanent else 1
    return 0


def _work() -> None:
    from workers.process import crew, services  # noqa: PLC0415  the supervisor has no use for it
    from workers.worker import work  # noqa: PLC0415

    work(services(), crew())


def _supervise() -> None:
    count = settings().workers
    with closing(connect(settings().store_url, retries=PATIENT)) as store:
        require_durable(store, settings().accept_data_loss)  # what is wrong is said once, here
        for line in apply_new(settings(), store):
            print(line)  # noqa: T201  what it did
    command = (sys.executable, "-m", "workers", "one")
    supervisor = Supervisor()
    supervisor.add(*(Program(f"worker {n + 1}", command) for n in range(count)))
    supervisor.listen()
    supervisor.run()


def _lines(fault: Fault) -> list[str]:
    if isinstance(fault, Invalid):
        return [f"{name} {text}" for name, texts in fault.faults.items() for text in texts]
    return [fault.message]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
