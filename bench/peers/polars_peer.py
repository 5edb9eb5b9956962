"""The benchmark's jobs in Polars, streaming: python polars_peer.py JOB INPUT OUTPUT"""
import sys

import polars as pl

job, source, target = sys.argv[1:]


def lines():
    return pl.scan_csv(source, has_header=False, separator="\x01", quote_char=None, new_columns=["line"],
                       schema={"line": pl.String})


def access_log():
    parsed = (
        pl.scan_csv(source, has_header=False, separator=" ", quote_char='"', schema={
            name: pl.String for name in
            ["host", "ident", "user", "time", "zone", "request", "status", "bytes", "referer", "agent"]})
        .select(
            "status",
            pl.col("time").str.slice(1, 14).alias("hour"),
            pl.col("request").str.split(" ").list.get(1).alias("path"),
            pl.col("bytes").cast(pl.Int64, strict=False).fill_null(0),
        ))
    counted = lambda by: parsed.group_by(by).agg(pl.len().alias("requests"), pl.col("bytes").sum())
    status, hour, path = pl.collect_all(
        [counted("status"), counted("hour"), counted("path").sort(["requests", "path"], descending=[True, False]).head(100)],
        engine="streaming")
    hour = hour.with_columns(pl.col("hour").map_elements(iso_hour, return_dtype=pl.String))
    rows = [("status", status.sort("status"), "status"), ("hour", hour.sort("hour"), "hour"), ("path", path, "path")]
    return pl.concat([
        frame.select(pl.lit(group).alias("group"), pl.col(column).alias("value"), "requests", "bytes")
        for group, frame, column in rows])


MONTHS = {name: f"{n:02}" for n, name in
          enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)}


def iso_hour(text):
    return f"{text[7:11]}-{MONTHS[text[3:6]]}-{text[0:2]}T{text[12:14]}"


if job == "word-count":
    (lines().select(pl.col("line").str.split(" ").list.explode().alias("word"))
     .group_by("word").agg(pl.len().alias("count")).sort("word").sink_csv(target))
elif job == "access-log":
    access_log().write_csv(target)
elif job == "ledger":
    (pl.scan_csv(source, schema={"account_id": pl.String, "ts": pl.String, "amount": pl.Decimal(18, 2),
                                 "type": pl.String, "memo": pl.String})
     .group_by(pl.col("account_id").alias("account"))
     .agg(pl.col("amount").sum().alias("balance"), pl.len().alias("transactions")).sort("account").sink_csv(target))
elif job == "trending":
    (pl.scan_ndjson(source, schema={"tags": pl.List(pl.String)})
     .select(pl.col("tags").list.explode().alias("tag")).drop_nulls()
     .group_by("tag").agg(pl.len().alias("uses"))
     .sort(["uses", "tag"], descending=[True, False]).head(100).sink_csv(target))
elif job == "sort":
    lines().sort("line").sink_csv(target, include_header=False, separator="\x01", quote_style="never")
