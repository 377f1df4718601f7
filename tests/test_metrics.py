"""The families that are promised, and that processes add up."""

import subprocess
import sys

from prometheus_client.parser import text_string_to_metric_families

from overflow import metrics
from overflow.metrics import Sources

PROMISED = """
overflow_decisions_total overflow_waiting overflow_wip overflow_expected_wait_seconds
overflow_dirty overflow_to_read overflow_dead_letters overflow_sync_lag_seconds
overflow_sync_seconds overflow_events_total overflow_pressure overflow_input_age_seconds
overflow_worker_alive overflow_moves_total overflow_partner_held overflow_partner_capacity
overflow_wait_promises_total overflow_wait_promised_seconds_total
overflow_wait_taken_seconds_total overflow_wait_error_seconds_total
overflow_plan_level overflow_plan_age_seconds overflow_sweep_age_seconds overflow_missing_groups
overflow_estimated_demand overflow_estimated_handle_seconds overflow_estimated_patience_seconds
overflow_estimated_agents overflow_estimate_samples
overflow_http_requests_total overflow_http_request_seconds
overflow_reconcile_differences_total overflow_helpdesk_calls_total
overflow_helpdesk_budget_calls overflow_helpdesk_remaining_calls
overflow_helpdesk_calls_per_second overflow_helpdesk_breaker_open
"""

COUNT = """
from overflow.metrics import count_request, http
for _ in range({times}):
    count_request("GET", "/here", 200, 0.02)
print(http("")[0].decode())
"""


class Empty:
    """A store without shops."""

    def shops(self):
        return []


def test_every_promised_family_is_there():
    assert set(PROMISED.split()) <= metrics.NAMES


def test_every_family_is_exposed_with_its_meaning_even_while_empty():
    text, _ = metrics.domain(
        Sources(None, Empty(), None, None, None, None, is_worker_alive=lambda: True), ""
    )
    found = {family.name: family for family in text_string_to_metric_families(text.decode())}

    told = {name.removesuffix("_total") for name in metrics.NAMES if "http" not in name}
    assert set(found) == told
    assert all(family.documentation for family in found.values())


def test_processes_of_one_machine_add_up(tmp_path):
    environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PATH": ""}
    texts = [
        subprocess.run(
            [sys.executable, "-c", COUNT.format(times=times)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for times in (3, 4)
    ]

    line = 'overflow_http_requests_total{method="GET",route="/here",status="200"}'
    assert f"{line} 3.0" in texts[0]
    assert f"{line} 7.0" in texts[1]
    assert 'overflow_http_request_seconds_count{route="/here"} 7.0' in texts[1]


def test_without_a_directory_the_process_shows_its_own():
    done = subprocess.run(
        [sys.executable, "-c", COUNT.format(times=2)],
        env={"PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    assert 'route="/here",status="200"} 2.0' in done.stdout
    assert "_created" not in done.stdout
