"""The explorer: a dashboard of leads in a notebook, on a core that knows no widget.

``cases`` makes leads ready, ``choice`` says which are wanted, ``counting`` counts them, ``table`` and ``one_lead`` show
them; ``board`` brings that together. ``widget`` puts it on the screen with the scripts and styles in ``page``.
"""
