"""Assertions in the modules that the tests share tell as much as those in tests."""

import pytest

pytest.register_assert_rewrite("tests.e2e.journey", "tests.e2e.agreement", "tests.e2e.stubborn")
