"""A store that could lose what was acknowledged is refused; one that is away says so."""

import pytest

from overflow.errors import BadInput, Refused, StoreAway
from overflow.store.commits import Commit, Committed
from overflow.store.connect import StoreClient, connect, require_durable
from overflow.store.progress import Progress
from overflow.store.tickets import Tickets
from tests.store.builders import NOW, SHOP, a_record


@pytest.fixture
def configured(store_client):
    """Set the store's configuration for one test."""
    before = {}

    def set_to(**wanted):
        for name, value in wanted.items():
            setting = name.replace("_", "-")
            before.setdefault(setting, store_client.config_get(setting)[setting])
            store_client.config_set(setting, value)

    yield set_to
    for name, value in before.items():
        store_client.config_set(name, value)


def test_a_durable_store_is_taken(store_client):
    require_durable(store_client)


@pytest.mark.parametrize(
    ("config", "accepts", "names"),
    [
        ({"appendonly": "no"}, "no-appendonly", "appendonly yes"),
        ({"appendfsync": "everysec"}, "everysec", "appendfsync always"),
        ({"appendfsync": "no"}, None, "appendfsync always"),
        ({"maxmemory_policy": "allkeys-lru"}, None, "noeviction"),
    ],
)
def test_another_one_is_refused_by_name_unless_the_loss_is_accepted_in_words(
    store_client, configured, config, accepts, names
):
    configured(**config)

    with pytest.raises(Refused, match=names) as refused:
        require_durable(store_client)
    assert "\n" not in refused.value.message
    if accepts:
        require_durable(store_client, {accepts})
    else:
        with pytest.raises(Refused):
            require_durable(store_client, {"everysec", "no-appendonly", "unchecked"})


def test_all_faults_are_named_at_once(store_client, configured):
    configured(appendfsync="everysec", maxmemory_policy="volatile-lru")

    with pytest.raises(Refused, match=r"appendfsync.*noeviction"):
        require_durable(store_client)


def test_a_store_that_hides_its_configuration_needs_somebodys_word(store_client, store_url):
    store_client.execute_command(
        "ACL", "SETUSER", "plain", "on", ">secret", "~*", "+@all", "-config"
    )
    client = connect(store_url.replace("unix://", "unix://plain:secret@"))

    with pytest.raises(Refused, match="unchecked"):
        require_durable(client)
    require_durable(client, {"unchecked"})
    client.close()
    store_client.acl_deluser("plain")


def test_a_store_that_is_not_there_is_away(tmp_path):
    client = connect(f"unix://{tmp_path}/nobody.sock", retries=0)

    with pytest.raises(StoreAway) as away:
        Tickets(client).get(SHOP, "7")
    assert away.value.retry_after == 1.0
    with pytest.raises(StoreAway):
        Tickets(client).get_many(SHOP, ["7"])


def test_a_store_that_is_full_is_away_and_reads_on(store_client, configured):
    Progress(store_client).put(SHOP, "walk", "page 2")
    configured(maxmemory="1")

    with pytest.raises(StoreAway):
        Progress(store_client).put(SHOP, "walk", "page 3")
    with pytest.raises(StoreAway):
        Tickets(store_client).commit(SHOP, Commit(a_record(), 0, NOW))
    assert Progress(store_client).get(SHOP, "walk") == "page 2"


def test_a_store_that_forgot_its_scripts_is_told_them_again(store_client, tickets):
    store_client.script_flush()

    assert isinstance(tickets.commit(SHOP, Commit(a_record(), 0, NOW)), Committed)


def test_a_connection_that_broke_is_made_again(store_client, tickets):
    other = connect_like(store_client)
    other.client_kill_filter(_type="normal", skipme=True)

    assert isinstance(tickets.commit(SHOP, Commit(a_record(), 0, NOW)), Committed)
    other.close()


def connect_like(client):
    return StoreClient(connection_pool=client.connection_pool)


def test_a_text_that_is_no_utf8_is_bad_input(store_client):
    with pytest.raises(BadInput):
        Progress(store_client).put(SHOP, "walk", "\ud800")


def test_workers_say_that_they_live(store_client):
    progress = Progress(store_client)
    progress.beat("w1", NOW)
    progress.beat("w2", NOW + 1)
    progress.forget_worker("w1")

    assert progress.beats() == {"w2": NOW + 1}


def test_where_a_walk_goes_on_is_remembered(store_client):
    progress = Progress(store_client)
    progress.put(SHOP, "walk", "page 2")

    assert progress.get(SHOP, "walk") == "page 2"
    progress.drop(SHOP, "walk")
    assert progress.get(SHOP, "walk") is None
