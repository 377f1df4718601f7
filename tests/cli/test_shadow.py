"""``overflow policy shadow``: at the store, or at a running service."""

import orjson
import pytest
import yaml
from click.testing import CliRunner
from werkzeug import Response

from overflow.cli import main
from overflow.flows.foresight import shadow
from tests.flows.house import SHOP, document
from tests.flows.routing import arrivals


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "other.yaml"
    path.write_text(yaml.safe_dump(document(pressure={"backlog": {"start": 5, "stop": 4}})))
    return path


def run(*args, status=0):
    result = CliRunner().invoke(main, ["policy", "shadow", *map(str, args)])
    assert result.exit_code == status, (result.output, result.exception)
    return (result.stderr if status else result.stdout).splitlines()


def test_it_is_applied_shown_and_cleared(house, file):
    assert run("apply", file, "--shop", SHOP) == [
        f"lamps: {file} decides beside the live policy from now on"
    ]
    assert "nothing during the import" in run("show", SHOP)[1]
    arrivals(house, house.desk, 7)
    shadow.run(house.services, SHOP)

    lines = run("show", SHOP)
    told = orjson.loads("\n".join(run("show", SHOP, "--json")))

    assert lines[0].startswith("7 decisions since 20")
    assert lines[0].endswith(", another team in 2.")
    assert any(line.split()[:4] == ["email", "near", "inhouse", "2"] for line in lines)
    assert sum("Kept: " in line for line in lines) == 2
    assert (told["decided"], told["different"], len(told["items"])) == (7, 2, 2)

    assert run("clear", SHOP) == ["lamps: no policy decides beside the live one"]
    assert run("show", SHOP, status=2)[0].startswith("shop lamps has no shadow policy")


def test_faults_of_the_file_are_lines(house, tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(yaml.safe_dump(document(mode="lives")))

    assert run("apply", wrong, "--shop", SHOP, status=2)[0].startswith(f"{wrong}: mode: ")


def test_a_shop_that_there_is_not_is_a_fault(house, file):
    assert "nobody" in run("apply", file, "--shop", "nobody", status=2)[0]
    assert "nobody" in run("show", "nobody", status=2)[0]


def test_a_running_service_is_asked_where_it_is_named(house, file, httpserver, monkeypatch):
    monkeypatch.setenv("OVERFLOW_API_KEY", "ovf_right")
    asked = []

    def answer(request):
        asked.append((request.method, request.path, request.headers["Authorization"]))
        return Response(b"", 204) if request.method == "DELETE" else Response(request.get_data())

    path = f"/v1/shops/{SHOP}/policy/shadow"
    httpserver.expect_request(path).respond_with_handler(answer)
    at = ("--api", httpserver.url_for(""))

    run("apply", file, "--shop", SHOP, *at)
    run("clear", SHOP, *at)

    assert asked == [("PUT", path, "Bearer ovf_right"), ("DELETE", path, "Bearer ovf_right")]
