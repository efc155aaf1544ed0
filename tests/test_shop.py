"""A shop says when it is open, where anybody told."""

import pytest

import leadkit as lk

DAYS = "Mo-Sa 09:00-19:00"


@pytest.fixture
def keys(monkeypatch):
    monkeypatch.setenv("LEADKIT_EBAY_TOKEN", "a-token-for-the-test")
    monkeypatch.setenv("LEADKIT_ZONE", "America/Chicago")
    return monkeypatch


def test_the_demo_is_open_as_the_invented_dealership_is():
    with lk.demo(leads=20) as shop:
        assert shop.hours == lk.BusinessHours("America/Chicago", DAYS)


def test_the_environment_tells_hours_and_zone(keys):
    keys.setenv("LEADKIT_HOURS", DAYS)
    with lk.open("env") as shop:
        assert (shop.zone, shop.hours) == ("America/Chicago", lk.BusinessHours("America/Chicago", DAYS))


def test_nobody_told_the_hours(keys):
    with lk.open("env") as shop:
        assert (shop.zone, shop.hours) == ("America/Chicago", None)


def test_hours_that_can_not_be_read_are_refused(keys):
    keys.setenv("LEADKIT_HOURS", "always")
    with pytest.raises(lk.InvalidRequest, match="always"):
        lk.open("env")
