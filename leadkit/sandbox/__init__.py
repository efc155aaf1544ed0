"""The four APIs on loopback."""
