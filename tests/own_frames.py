"""What a traceback that shows locals tells of the package's own frames."""

from __future__ import annotations

import traceback


def shown(error: BaseException) -> str:
    """The error, all it lists, and the locals of every frame of ours that it went through; not those of the test."""
    ours = [
        (frame, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_globals["__name__"].startswith("leadkit")
    ]
    assert ours
    frames = traceback.StackSummary.extract(iter(ours), capture_locals=True).format()
    chain = [repr(one) for one in (error.__cause__, error.__context__) if one is not None]
    return "\n".join([*frames, *chain, repr(error), str(error), repr(getattr(error, "errors", ""))])
