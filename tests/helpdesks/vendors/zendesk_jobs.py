"""What a little Zendesk does with many tickets at once: jobs that run a while later."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.helpdesks.vendors.little import No

MOST_TICKETS, MOST_JOBS = 100, 30


@dataclass
class Job:
    """``changes`` are done at ``due``, by the helpdesk's clock."""

    number: str
    changes: list[dict]
    due: float
    status: str = "queued"
    results: list[dict] | None = None

    def shown(self) -> dict:
        done = {"total": len(self.changes), "progress": len(self.results or ())}
        return {"id": self.number, "status": self.status, "results": self.results, **done}


@dataclass
class Jobs:
    """``takes``: seconds from the request until the job runs."""

    takes: float = 0.1
    made: dict[str, Job] = field(default_factory=dict)

    def add(self, changes: list[dict], now: float) -> Job:
        if not 1 <= len(changes) <= MOST_TICKETS:
            raise No(400, {"error": "TooManyTickets"})
        if len([job for job in self.made.values() if job.status == "queued"]) >= MOST_JOBS:
            raise No(429, {"error": "TooManyJobs"}, **{"Retry-After": "1"})
        job = Job(f"job{len(self.made)}", changes, now + self.takes)
        self.made[job.number] = job
        return job

    def run(self, now: float, change) -> None:
        """``change(number, facts)`` raises ``No`` for what it does not do."""
        for job in self.made.values():
            if job.status == "queued" and job.due <= now:
                job.results = [_result(change, at, facts) for at, facts in enumerate(job.changes)]
                job.status = "completed"


def _result(change, index: int, facts: dict) -> dict:
    try:
        change(str(facts["id"]), facts)
    except No as no:
        return {"id": facts["id"], "index": index, "error": no.body["error"], "details": "no"}
    return {"id": facts["id"], "action": "update", "status": "Updated", "success": True}
