"""``overflow policy``: exit status, what is printed, and which version wins."""

import re
from pathlib import Path

import orjson
import pytest
import yaml
from click.testing import CliRunner
from werkzeug import Request, Response

from overflow import policies
from overflow.cli import main
from overflow.store.policies import Policies
from tests.policies.documents import partner, shop

EXAMPLES = Path(__file__).parents[2] / "deploy" / "examples"
PROBLEM = "application/problem+json"


class Service:
    """The part of the API that stores policies, kept in memory."""

    def __init__(self):
        self.versions = {}
        self.keys = set()

    def answer(self, request: Request) -> Response:
        path = re.fullmatch(r"/v1/shops/([\w-]+)/policy(?:/versions/(\d+))?", request.path)
        name, version = path.groups()
        self.keys.add(request.headers.get("Authorization"))
        kept = self.versions.get(name, [])
        if request.headers.get("Authorization") != "Bearer ovf_right":
            return _problem(401, detail="no key that fits")
        if request.method == "PUT":
            tag = f'"{len(kept)}"'
            right = request.headers.get("If-Match") == tag
            if not (right if kept else request.headers.get("If-None-Match") == "*"):
                return _problem(412, detail=f"the policy is at version {len(kept)}")
            if faults := policies.check(request.json, name):
                return _problem(422, detail="the policy has faults", faults=faults)
            kept = self.versions.setdefault(name, [])
            kept.append(request.json)
        number = int(version or len(kept))
        if not 1 <= number <= len(kept):
            return _problem(404, detail="no such shop")
        headers = {"ETag": f'"{number}"'}
        return Response(
            orjson.dumps(kept[number - 1]), 200, headers, content_type="application/json"
        )


def _problem(status, **members):
    return Response(orjson.dumps(members), status, content_type=PROBLEM)


@pytest.fixture(autouse=True)
def settings(monkeypatch, tmp_path):
    monkeypatch.setenv("OVERFLOW_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("OVERFLOW_SETTINGS", raising=False)
    monkeypatch.delenv("OVERFLOW_REDIS_URL", raising=False)
    return monkeypatch


@pytest.fixture
def run():
    def invoke(*args, status=0):
        result = CliRunner().invoke(main, ["policy", *map(str, args)])
        assert result.exit_code == status, (result.output, result.exception)
        if status:
            return result.stderr.splitlines()
        assert result.stderr == ""
        return result.stdout.splitlines()

    return invoke


@pytest.fixture
def store(store_client, store_url, settings):
    settings.setenv("OVERFLOW_REDIS_URL", store_url)
    return Policies(store_client)


@pytest.fixture
def service(httpserver, settings):
    made = Service()
    httpserver.expect_request(re.compile("/v1/shops/.*")).respond_with_handler(made.answer)
    settings.setenv("OVERFLOW_API_KEY", "ovf_right")
    return made


@pytest.fixture
def write(tmp_path):
    def to_file(name="lamps.yaml", **changes):
        path = tmp_path / name
        path.write_text(yaml.safe_dump(shop(**changes)), encoding="utf-8")
        return path

    return to_file


@pytest.mark.parametrize("name", ["one-agent", "two-partners"])
def test_an_example_is_checked_and_explained(run, name):
    file = EXAMPLES / f"{name}.yaml"
    assert run("check", file)[0].endswith("; no faults")
    assert run("explain", file)[0].startswith("Shop ")


def test_every_fault_of_every_file_is_a_line_on_standard_error(run, write, tmp_path):
    one = write("a.yaml", mode="lives", zone=None)
    two = tmp_path / "b.yaml"
    two.write_text("shop: x\n  zone: y\n")
    lines = run("check", one, write("c.yaml"), two, tmp_path / "d.yaml", status=2)
    assert lines == [
        f"{one}: mode: must be one of live, observe, off; did you mean live?",
        f"{one}: zone: is missing",
        f"{two}: line 2: mapping values are not allowed here",
        f"{tmp_path}/d.yaml: cannot be read: No such file or directory",
    ]


def test_a_literal_secret_is_not_printed(run, write):
    desk = shop()["helpdesk"] | {"secrets": {"webhook": "hunter2"}}
    file = write(helpdesk=desk)
    for action in ("check", "explain", "apply"):
        assert "hunter2" not in "\n".join(run(action, file, status=2))


def test_odd_things_are_pointed_out_without_being_faults(run, write):
    assert run("check", write(partners=None))[1].startswith("  worth a look: there is no partner")


def test_secrets_can_be_looked_for(run, write, settings):
    file = write()
    assert run("check", "--secrets", file, status=2) == [
        f"{file}: helpdesk.secrets.webhook: secret env:DESK_SECRET is not set or empty"
    ]
    settings.setenv("DESK_SECRET", "s3cr3t")
    assert run("check", "--secrets", file)


def test_the_shop_may_be_named_on_the_command_line(run, write):
    file = write(shop=None)
    assert run("check", file, status=2) == [f"{file}: shop: is missing"]
    assert "shop candles" in run("check", file, "--shop", "candles")[0]


def test_the_reference_is_printed(run):
    assert run("reference")[0] == "# The policy of a shop"


def test_the_first_apply_creates_the_shop(run, write, store):
    assert run("apply", write()) == ["lamps: created, version 1"]
    version, document = store.get("lamps")
    assert version == 1
    assert policies.build(document) == policies.build(shop())


def test_a_changed_file_is_the_next_version_and_an_unchanged_one_is_none(run, write, store):
    run("apply", write())
    assert run("apply", write(mode="observe")) == ["lamps: version 2"]
    assert run("apply", write(mode="observe")) == ["lamps: unchanged, version 2"]
    assert store.versions("lamps") == [1, 2]


def test_a_partner_that_is_taken_out_keeps_its_tickets_and_that_is_said(run, write, store):
    run("apply", write())
    lines = run("apply", write(partners=[partner(name="others", group="Others")]))
    assert lines == [
        "lamps: version 2",
        "  partner helpers is taken out: it keeps what it holds until that ends or is moved",
    ]


def test_a_version_that_the_api_made_wins_over_the_file(run, write, store):
    run("apply", write())
    changed = store.get("lamps")[1] | {"min_samples": 30}
    store.put("lamps", changed, policies.build(changed), 1)
    (line,) = run("apply", write(mode="observe"), status=2)
    assert line.startswith("lamps: version 2 was not put there by a file")
    assert store.get("lamps") == (2, changed)


def test_a_file_with_the_apis_change_taken_over_can_be_applied(run, write, store):
    run("apply", write())
    changed = store.get("lamps")[1] | {"min_samples": 30}
    store.put("lamps", changed, policies.build(changed), 1)
    file = write(mode="observe", min_samples=30)
    assert run("apply", file, "--expect", 1, status=2)[0].startswith(
        "the policy of lamps is at version 2, not 1"
    )
    assert run("apply", file, "--expect", 2) == ["lamps: version 3"]
    assert run("apply", write(mode="off", min_samples=30))[0] == "lamps: version 4"


def test_a_file_can_be_forced_over_the_apis_change(run, write, store):
    store.put("lamps", shop(min_samples=30), policies.build(shop(min_samples=30)), 0)
    run("apply", write(), status=2)
    assert run("apply", write(), "--force") == ["lamps: version 2"]


def test_a_shop_that_was_expected_not_to_exist_is_left_alone(run, write, store):
    run("apply", write())
    run("apply", write(mode="off"), "--expect", 0, status=2)
    assert store.versions("lamps") == [1]


def test_a_policy_with_faults_is_not_stored(run, write, store):
    run("apply", write(mode="lives"), status=2)
    assert store.get("lamps") is None


def test_a_stored_policy_is_shown_as_a_file_that_can_be_applied(run, write, store, tmp_path):
    run("apply", write(mode="observe"))
    run("apply", write())
    lines = run("show", "lamps")
    assert lines[0] == "# version 2"
    assert "applied" not in "\n".join(lines)
    again = tmp_path / "again.yaml"
    again.write_text("\n".join(lines))
    assert run("apply", again) == ["lamps: unchanged, version 2"]
    assert "mode: observe" in run("show", "lamps", "--version", 1)


def test_a_shop_or_version_that_is_not_there_cannot_be_shown(run, store):
    assert run("show", "candles", status=2) == ["there is no shop 'candles'"]
    assert run("show", "candles", "--version", 7, status=2) == [
        "there is no shop 'candles' with a version 7 of its policy"
    ]


def test_without_a_store_it_says_what_is_missing(run, write):
    (line,) = run("apply", write(), status=2)
    assert line.startswith("OVERFLOW_REDIS_URL: is not set")


def test_a_store_that_does_not_answer_is_one_line(run, write, settings, tmp_path):
    settings.setenv("OVERFLOW_REDIS_URL", f"unix://{tmp_path}/none.sock")
    (line,) = run("apply", write(), status=2)
    assert "the store cannot be used" in line


def test_a_policy_can_be_applied_through_the_api(run, write, service, httpserver):
    api = ("--api", httpserver.url_for(""))
    assert run("apply", write(), *api) == ["lamps: created, version 1"]
    assert run("apply", write(mode="observe"), *api) == ["lamps: version 2"]
    assert run("apply", write(mode="observe"), *api) == ["lamps: unchanged, version 2"]
    assert run("show", "lamps", "--version", 1, *api)[0] == "# version 1"
    service.versions["lamps"].append(shop(min_samples=30))
    assert "was not put there by a file" in run("apply", write(), *api, status=2)[0]
    assert run("apply", write(), "--expect", 2, *api, status=2) == ["the policy is at version 3"]
    assert run("apply", write(), "--expect", 3, *api) == ["lamps: version 4"]


def test_a_key_that_does_not_fit_is_one_line(run, write, service, httpserver, settings):
    settings.setenv("OTHER", "ovf_wrong")
    lines = run("apply", write(), "--api", httpserver.url_for(""), "--key", "env:OTHER", status=2)
    assert lines == ["no key that fits"]


def test_a_key_on_the_command_line_is_refused_and_not_printed(run, write):
    (line,) = run("apply", write(), "--api", "http://localhost:1", "--key", "ovf_s3cr3t", status=2)
    assert "s3cr3t" not in line


def test_a_service_that_cannot_be_reached_is_one_line(run, write, settings):
    settings.setenv("OVERFLOW_API_KEY", "ovf_right")
    lines = run("apply", write(), "--api", "http://127.0.0.1:1", status=2)
    assert lines == ["the service cannot be reached: ConnectError"]


def test_what_is_no_service_is_one_line(run, write, settings, httpserver):
    settings.setenv("OVERFLOW_API_KEY", "ovf_right")
    httpserver.expect_request(re.compile(".*")).respond_with_data("<html>hello</html>")
    (line,) = run("apply", write(), "--api", httpserver.url_for(""), status=2)
    assert "no version (ETag)" in line


@pytest.mark.parametrize(
    ("status", "members", "printed"),
    [
        (403, {"detail": "not for this shop"}, "not for this shop"),
        (404, {"detail": "no such shop"}, "no such shop"),
        (409, {"detail": "somebody was first"}, "somebody was first"),
        (422, {"detail": "faults", "faults": {"mode": ["is odd"]}}, "mode: is odd"),
        (422, {"detail": "faults"}, "the service answered 422: faults"),
        (400, {"title": "Bad request"}, "the service answered 400: Bad request"),
        (503, {"detail": "try later"}, "the service answered 503: try later"),
    ],
)
def test_what_the_service_says_is_wrong_is_printed(
    run, write, settings, httpserver, status, members, printed
):
    settings.setenv("OVERFLOW_API_KEY", "ovf_right")
    httpserver.expect_request(re.compile(".*"), method="GET").respond_with_data(status=404)
    httpserver.expect_request(re.compile(".*"), method="PUT").respond_with_response(
        _problem(status, **members)
    )
    assert run("apply", write(), "--api", httpserver.url_for(""), status=2) == [printed]


@pytest.mark.parametrize("url", ["http://[", "localhost:8080", "nonsense"])
def test_an_address_that_is_none_is_one_line(run, write, settings, url):
    settings.setenv("OVERFLOW_API_KEY", "ovf_right")
    assert len(run("apply", write(), "--api", url, status=2)) == 1
