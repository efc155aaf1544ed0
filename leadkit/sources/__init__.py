"""One API, one file."""
