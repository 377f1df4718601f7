"""One worker process, as RQ sees it."""

from typing import cast

from rq.job import Job

from overflow import jobs
from workers.worker import Worker


def test_no_job_runs_longer_than_rq_remembers_that_it_runs():
    """Else RQ calls a job failed that did its work: "Execution ... not found in Redis"."""
    forgotten_after = Worker.get_heartbeat_ttl(cast("Worker", None), cast("Job", None))
    assert forgotten_after > jobs.TIMEOUT
