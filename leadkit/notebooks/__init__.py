"""Notebooks whose outputs are kept: run, written in one form, checked before they are compared."""
