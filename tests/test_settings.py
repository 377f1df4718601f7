"""The settings: what they default to, and how every fault is named at once."""

import os
from pathlib import Path

import pytest

from overflow import settings
from overflow.errors import Invalid, NotNow
from overflow.settings import LOSSES, VARIABLES, Settings, load, resolve_secret


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """An environment without settings, and the old one back at the end."""
    there = os.environ.copy()  # noqa: TID251  to be put back
    kept = {name: value for name, value in there.items() if not name.startswith("OVERFLOW_")}
    monkeypatch.setattr(os, "environ", kept)
    return kept


def faults(path=None):
    with pytest.raises(Invalid) as caught:
        load(path)
    return dict(caught.value.faults)


def test_an_empty_environment_gives_the_defaults_of_one_machine():
    assert load() == Settings()


def test_empty_values_are_the_same_as_none(environment):
    environment |= dict.fromkeys(VARIABLES, "")
    assert load() == Settings()


def test_every_setting_can_be_given(environment, tmp_path):
    environment |= {
        "OVERFLOW_REDIS_URL": "rediss://user:pw@store:6380/2",
        "OVERFLOW_QUEUE_URL": "unix:///run/valkey.sock",
        "OVERFLOW_LISTEN": "[::1]:9000",
        "OVERFLOW_API_WORKERS": "4",
        "OVERFLOW_WORKERS": "3",
        "OVERFLOW_DATA_DIR": str(tmp_path / "data"),
        "OVERFLOW_POLICIES_DIR": str(tmp_path),
        "OVERFLOW_LOG_LEVEL": "DEBUG",
        "OVERFLOW_LOG_FORMAT": "console",
        "OVERFLOW_ACCEPT_DATA_LOSS": "everysec, unchecked",
        "OVERFLOW_JOURNAL_DAYS": "90",
    }
    assert load() == Settings(
        redis_url="rediss://user:pw@store:6380/2",
        queue_url="unix:///run/valkey.sock",
        host="::1",
        port=9000,
        api_workers=4,
        workers=3,
        data_dir=tmp_path / "data",
        policies_dir=tmp_path,
        log_level="debug",
        log_format="console",
        accept_data_loss=frozenset({"everysec", "unchecked"}),
        journal_days=90,
        metrics_dir=tmp_path / "data" / "metrics",
    )


def test_every_fault_is_named_at_once_and_no_value_is_repeated(environment, tmp_path):
    wrong = {
        "OVERFLOW_REDIS_URL": "http://user:hunter2@store",
        "OVERFLOW_QUEUE_URL": "hunter2",
        "OVERFLOW_LISTEN": "hunter2",
        "OVERFLOW_API_WORKERS": "0",
        "OVERFLOW_WORKERS": "hunter2",
        "OVERFLOW_POLICIES_DIR": str(tmp_path / "hunter2"),
        "OVERFLOW_LOG_LEVEL": "hunter2",
        "OVERFLOW_LOG_FORMAT": "xml",
        "OVERFLOW_ACCEPT_DATA_LOSS": "some",
        "OVERFLOW_JOURNAL_DAYS": "367",
        "OVERFLOW_METRICS_TOKEN": f"file:{tmp_path}/hunter3",
    }
    environment |= wrong
    found = faults()
    assert set(found) == set(wrong)
    assert "hunter2" not in str(found)
    assert all(word in str(found["OVERFLOW_ACCEPT_DATA_LOSS"]) for word in LOSSES)


@pytest.mark.parametrize(
    "value",
    ["", ":80", "localhost", "localhost:", "localhost:0", "localhost:65536", "a:b", "a:\u0661"],
)
def test_an_address_to_listen_on_has_a_host_and_a_port(environment, value):
    environment["OVERFLOW_LISTEN"] = value or " "
    assert list(faults()) == ["OVERFLOW_LISTEN"]


@pytest.mark.parametrize(
    "value",
    ["store:6379", "redis://", "redis:///0 ", "redis://[", "redis://store:port", "valkey://x"],
)
def test_a_store_is_a_url(environment, value):
    environment["OVERFLOW_REDIS_URL"] = value
    assert list(faults()) == ["OVERFLOW_REDIS_URL"]


def test_the_metrics_token_may_stand_in_a_file(environment, tmp_path):
    file = tmp_path / "token"
    environment["OVERFLOW_METRICS_TOKEN"] = f"file:{file}"

    file.write_text("let-prometheus-look\n")
    assert load().metrics_token == "let-prometheus-look"

    file.write_text("too short\n")
    assert list(faults()) == ["OVERFLOW_METRICS_TOKEN"]


def test_a_name_that_is_nearly_a_setting_is_a_fault(environment):
    environment |= {"OVERFLOW_REDIS_ULR": "redis://store", "OVERFLOW_WORKER": "3"}
    assert faults() == {
        "OVERFLOW_REDIS_ULR": ["is no setting; did you mean OVERFLOW_REDIS_URL?"],
        "OVERFLOW_WORKER": ["is no setting; did you mean OVERFLOW_WORKERS?"],
    }


def test_names_of_others_are_left_alone(environment):
    environment |= {
        "OVERFLOW_API_KEY": "x",
        "OVERFLOW_PORT": "tcp://10.0.0.1:80",
        "OVERFLOW_SERVICE_HOST": "10.0.0.1",
        "OVERFLOW_TEST_NO_SKIP": "1",
    }
    assert load() == Settings()


def test_a_file_gives_settings_and_secrets_and_the_environment_wins(environment, tmp_path):
    file = tmp_path / "overflow.env"
    file.write_text(
        "# the shop's\nOVERFLOW_WORKERS=4\nexport OVERFLOW_API_WORKERS='8'\n\nDESK_SECRET=a b$c\n"
    )
    environment["OVERFLOW_API_WORKERS"] = "2"
    found = load(file)
    assert (found.workers, found.api_workers) == (4, 2)
    assert resolve_secret("env:DESK_SECRET") == "a b$c"


def test_an_empty_variable_hides_no_line_of_the_file(environment, tmp_path):
    file = tmp_path / "overflow.env"
    file.write_text("OVERFLOW_WORKERS=4\nDESK_SECRET=a b\n")
    environment |= {"OVERFLOW_WORKERS": "", "DESK_SECRET": ""}
    assert load(file).workers == 4
    assert resolve_secret("env:DESK_SECRET") == "a b"


def test_the_environment_may_name_the_file(environment, tmp_path):
    file = tmp_path / "overflow.env"
    file.write_text("OVERFLOW_WORKERS=4\n")
    environment["OVERFLOW_SETTINGS"] = str(file)
    assert load().workers == 4


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path):
    assert faults(tmp_path / "none.env") == {
        f"{tmp_path}/none.env": ["cannot be read: No such file or directory"]
    }


def test_a_line_that_is_no_setting_is_a_fault_with_its_number(environment, tmp_path):
    file = tmp_path / "overflow.env"
    file.write_text("OVERFLOW_WORKERS=4\nhunter2\nOVERFLOW_LISTEN='unclosed\nOVERFLOW_WORKERZ=1\n")
    found = faults(file)
    assert {f"{file}:2", f"{file}:3", "OVERFLOW_WORKERZ"} == set(found)
    assert "hunter2" not in str(found).replace(str(file), "")


def test_what_is_wrong_in_file_and_environment_is_reported_together(environment, tmp_path):
    file = tmp_path / "overflow.env"
    file.write_text("OVERFLOW_WORKERS=none\n???\n")
    environment["OVERFLOW_LISTEN"] = "here"
    assert set(faults(file)) == {f"{file}:2", "OVERFLOW_WORKERS", "OVERFLOW_LISTEN"}


def test_settings_do_not_show_the_stores_password(environment):
    environment["OVERFLOW_REDIS_URL"] = "redis://:hunter2@store"
    assert "hunter2" not in repr(load())


def test_a_secret_is_found_in_the_environment(environment):
    environment["DESK_SECRET"] = "s3cr3t"
    assert resolve_secret("env:DESK_SECRET") == "s3cr3t"


def test_a_secret_in_a_file_is_read_anew_each_time(tmp_path):
    file = tmp_path / "secret"
    file.write_text("first\n")
    assert resolve_secret(f"file:{file}") == "first"
    file.write_text("second")
    assert resolve_secret(f"file:{file}") == "second"


def test_a_secret_that_is_not_there_is_named_by_its_reference(environment, tmp_path):
    environment["EMPTY"] = ""
    (tmp_path / "empty").write_text("\n")
    for reference in (
        "env:NOT_THERE",
        "env:EMPTY",
        f"file:{tmp_path}/none",
        f"file:{tmp_path}/empty",
    ):
        with pytest.raises(NotNow, match=reference):
            resolve_secret(reference)


def test_what_is_no_reference_is_not_repeated():
    with pytest.raises(NotNow) as caught:
        resolve_secret("hunter2")
    assert "hunter2" not in caught.value.message


def test_every_setting_has_a_default_and_a_sentence():
    assert all(one.about for one in VARIABLES.values())
    assert Path(VARIABLES["OVERFLOW_DATA_DIR"].default) == Settings().data_dir
    assert settings.PREFIX == "OVERFLOW_"


def test_the_docs_list_every_setting_with_its_default_and_meaning():
    page = (Path(__file__).parents[1] / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, (default, about) in VARIABLES.items():
        assert f"| `{name}` | {f'`{default}`' if default else ''} | {about} |" in page
    for word, about in LOSSES.items():
        assert f"| `{word}` | {about} |" in page
