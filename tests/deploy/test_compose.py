"""The compose file as the specification, as `docker compose config` and as an operator sees it."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from overflow import settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "docker-compose.yml"

every_service = pytest.mark.parametrize(
    "name", ["api", "worker", "valkey", "prometheus", "grafana"]
)
our_service = pytest.mark.parametrize("name", ["api", "worker"])


def run(*command: str | Path) -> str:
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def services() -> dict[str, dict]:
    return yaml.safe_load(COMPOSE.read_text())["services"]


def test_the_compose_file_keeps_the_specification():
    run("check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)


@pytest.mark.needs("docker-compose")
def test_compose_itself_reads_the_file_as_it_is_meant():
    services = as_compose_reads_it()

    assert services.keys() == {"api", "worker", "valkey", "prometheus", "grafana"}
    assert services["worker"]["command"] == ["python", "-m", "workers"]
    assert services["api"]["environment"] == services["worker"]["environment"]
    assert services["api"]["depends_on"]["valkey"]["condition"] == "service_healthy"


@pytest.mark.needs("docker-compose")
@pytest.mark.parametrize(("said", "processes"), [("", "2"), ("5", "5")])
def test_the_api_has_as_many_processes_as_the_settings_say(monkeypatch, said, processes):
    monkeypatch.setenv("OVERFLOW_API_WORKERS", said)

    assert as_compose_reads_it()["api"]["environment"]["GRANIAN_WORKERS"] == processes


def test_api_and_workers_run_the_same_image_which_is_built_once(services):
    ours = [service for service in services.values() if service["image"] == "overflow:latest"]

    assert [service for service in services.values() if "build" in service] == ours[:1]
    assert ours == [services["api"], services["worker"]]


@every_service
def test_every_service_starts_again_and_has_a_health_check(services, name):
    service = services[name]

    assert service["restart"] == "unless-stopped"
    assert "healthcheck" in service or "HEALTHCHECK" in dockerfile(service)


@every_service
def test_every_image_has_a_version_or_is_built_here(services, name):
    image = services[name]["image"]

    built = {service["image"] for service in services.values() if "build" in service}
    assert image in built or re.search(r":v?\d+\.\d+", image)


@every_service
def test_no_service_listens_beyond_this_machine(services, name):
    assert all(port.startswith("127.0.0.1:") for port in services[name].get("ports", []))


@every_service
def test_no_secret_is_written_into_the_file(services, name):
    names = services[name].get("environment", {})

    assert not [each for each in names if re.search("PASSWORD|SECRET|TOKEN|KEY", each)]


@our_service
def test_our_processes_have_no_rights_they_do_not_need(services, name):
    service = services[name]

    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


@our_service
def test_every_setting_in_the_file_is_one_that_the_service_knows(services, name):
    set_here = {
        *(each for each in services[name]["environment"] if each.startswith("OVERFLOW_")),
        *re.findall(r"OVERFLOW_\w+", dockerfile(services[name])),
    }

    assert set_here <= settings.VARIABLES.keys()


def test_the_store_loses_nothing_and_evicts_nothing(services):
    command = services["valkey"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))

    assert options["--appendonly"] == "yes"
    assert options["--appendfsync"] == "always"
    assert options["--maxmemory-policy"] == "noeviction"
    assert f"valkey:{options['--dir']}" in services["valkey"]["volumes"]


@pytest.mark.parametrize("name", ["prometheus", "grafana", "api"])
def test_every_file_that_is_mounted_is_there(services, name):
    mounts = [volume.split(":")[0] for volume in services[name]["volumes"]]

    assert all((ROOT / mount).exists() for mount in mounts if mount.startswith("./"))


def as_compose_reads_it() -> dict[str, dict]:
    command = ("docker-compose", "config", "--format", "json", "--no-env-resolution")
    return json.loads(run(*command))["services"]


def dockerfile(service: dict) -> str:
    return (ROOT / service["build"]["dockerfile"]).read_text() if "build" in service else ""
