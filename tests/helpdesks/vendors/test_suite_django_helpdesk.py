"""The common suite, on a real django-helpdesk."""

import pytest

from tests.helpdesks.vendors.suite import *  # noqa: F403
from tests.helpdesks.vendors.suite_held import *  # noqa: F403

HELPDESKS = ("django_helpdesk",)
pytestmark = pytest.mark.slow
