"""What a forecast is made from comes back as it was kept."""

import pytest

from overflow.core.arrivals.expected import Interval, Uploaded
from overflow.core.arrivals.history import KINDS, SLOTS, Profile, Usual
from overflow.store.forecasts import Forecasts, Known
from tests.store.builders import NOW, SHOP


@pytest.fixture
def forecasts(store_client):
    return Forecasts(store_client)


def test_there_is_nothing_at_first(forecasts):
    assert forecasts.get(SHOP) == Known(None, None)


def test_the_usual_comes_back_to_four_digits(forecasts):
    usual = Usual((8, 8, 7, 8, 8, 8, 8, 0), ((1.0, 2.00004, 0.0) * (SLOTS // 3),) * KINDS)
    forecasts.put_profile(SHOP, Profile(NOW, {"chat.de": usual}, 3))

    found = forecasts.get(SHOP).profile

    assert (found.made, found.policy_version) == (NOW, 3)
    assert found.usual["chat.de"].days == usual.days
    assert found.usual["chat.de"].arrivals[0][:3] == (1.0, 2.0, 0.0)
    assert len(found.usual["chat.de"].arrivals) == KINDS


def test_an_upload_comes_back_whole_and_is_withdrawn_alone(forecasts):
    rows = (Interval(NOW, 900.0, 1.25),)
    uploaded = Uploaded(NOW, {"chat": rows, "e.de": ()}, has_peaks=True, by="ann")
    forecasts.put_uploaded(SHOP, uploaded)
    forecasts.put_profile(SHOP, Profile(NOW, {}))

    assert forecasts.get(SHOP) == Known(Profile(NOW, {}), uploaded)
    forecasts.put_uploaded(SHOP, None)
    assert forecasts.get(SHOP) == Known(Profile(NOW, {}), None)


def test_shops_have_forecasts_of_their_own(forecasts):
    forecasts.put_profile(SHOP, Profile(NOW, {}))

    assert forecasts.get("other").profile is None
