"""``python -m leadkit``: the command line, where no `leadkit` script is at hand."""

from leadkit.cli import main

main()
