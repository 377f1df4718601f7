import pytest

from tests.helpdesks.setup.accounts import VENDORS, Site


@pytest.fixture
def site_of(tmp_path):
    """A shop on that vendor."""
    made = []

    def make(vendor, **words):
        made.append(Site(vendor, tmp_path, **words))
        return made[-1]

    yield make
    for site in made:
        site.close()


@pytest.fixture(params=VENDORS)
def site(request, site_of):
    return site_of(request.param)
