"""The examples of the metrics' docstrings say what comes out."""

import doctest
import importlib
import pkgutil

import pytest

from leadkit import metrics

MODULES = [f"leadkit.metrics.{module.name}" for module in pkgutil.iter_modules(metrics.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_every_example_gives_what_it_shows(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    modules = [importlib.import_module(name) for name in MODULES]
    assert sum(bool(found.examples) for one in modules for found in doctest.DocTestFinder().find(one))
