"""One worker process: takes jobs off the queue and has its crew do them."""

from __future__ import annotations

import os
import socket
from typing import Final

from redis.client import Pipeline
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from rq.worker import SimpleWorker

from overflow import jobs
from overflow.clock import new_id
from overflow.errors import StoreAway
from overflow.flows.services import Services
from workers.crew import Crew
from workers.ticks import Ticker

SILENT: Final = jobs.TIMEOUT + 15
"""Seconds after which RQ takes a running job's worker for dead. Longer than any job runs, for RQ
cannot end a job whose execution it has forgotten: it takes it for failed. Nobody waits for this:
the ticks put what a killed worker left back within seconds."""
WORKER_TTL: Final = 20
"""Seconds; RQ looks for stop requests and says that it lives every WORKER_TTL - 15."""
MAINTENANCE: Final = 5
"""Seconds between two looks for jobs of dead workers."""


class Worker(SimpleWorker):
    """Begins jobs in its own process, so that pools, caches and scripts outlive a job."""

    services: Services
    crew: Crew

    def handle_warm_shutdown_request(self) -> None:
        """Told to stop: what waits for a thread right now is not begun any more."""
        self.crew.end()

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        """Say that this process lives, to RQ and in the store."""
        super().heartbeat(timeout, pipeline)
        try:
            self.services.progress.beat(self.name, self.services.clock.now())
        except StoreAway:
            self.log.warning("the store is away; the next heartbeat follows")

    def get_heartbeat_ttl(self, job: Job, working_time: float = 0.0) -> int:  # noqa: ARG002  RQ's
        """A killed worker's job is taken over this long after its last heartbeat."""
        return SILENT


def work(services: Services, crew: Crew) -> None:
    """Work until told to stop by SIGTERM or SIGINT, or until the job queue is away for long."""
    settings = services.settings
    connection = jobs.connect(settings.queue_url or settings.store_url, is_patient=True)
    worker = Worker(
        [Queue(jobs.QUEUE, connection=connection, serializer=JSONSerializer)],
        name=f"{socket.gethostname()}-{os.getpid()}-{new_id(4)}".replace(".", "-"),
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE,
        log_job_description=False,
    )
    worker.services, worker.crew = services, crew
    ticker = Ticker(services)
    ticker.start()
    try:
        worker.work(logging_level="WARNING")
    finally:
        ticker.stop()
        crew.close()
        _forget(services, worker.name)
        services.close()


def _forget(services: Services, name: str) -> None:
    try:
        services.progress.forget_worker(name)
    except StoreAway:
        return  # it is forgotten when it has been silent for long
