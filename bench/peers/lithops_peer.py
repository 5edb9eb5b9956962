"""The benchmark's jobs in Lithops, on localhost: python lithops_peer.py JOB INPUT OUTPUT"""
import csv
import heapq
import io
import json
import sys
from collections import Counter

import lithops

job, source, target = sys.argv[1:]
MONTHS = {name: f"{n:02}" for n, name in
          enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), start=1)}


def word_count(obj):
    counts = Counter()
    for line in obj.data_stream.read().decode().splitlines():
        counts.update(line.split())
    return counts


def access_log(obj):
    sums = {}
    for line in obj.data_stream.read().decode().splitlines():
        head, request, rest, *_ = line.split('"')
        time = head.split("[", 1)[1]
        status, size = rest.split()
        size = 0 if size == "-" else int(size)
        hour = f"{time[7:11]}-{MONTHS[time[3:6]]}-{time[0:2]}T{time[12:14]}"
        for key in (("status", status), ("hour", hour), ("path", request.split(" ")[1])):
            requests, total = sums.get(key, (0, 0))
            sums[key] = (requests + 1, total + size)
    return sums


def ledger(obj):
    """Lithops cuts between lines, and knows no quotes: the object is read whole."""
    sums = {}
    for row in csv.DictReader(io.TextIOWrapper(io.BytesIO(obj.data_stream.read()), newline="")):
        cents, entries = sums.get(row["account_id"], (0, 0))
        sums[row["account_id"]] = (cents + int(row["amount"].replace(".", "")), entries + 1)
    return sums


def trending(obj):
    uses = Counter()
    for line in obj.data_stream.read().splitlines():
        uses.update(json.loads(line)["tags"])
    return uses


def sort(obj):
    return sorted(obj.data_stream.read().splitlines())


def add(results):
    total = {}
    for result in results:
        for key, value in result.items():
            old = total.get(key)
            if isinstance(value, tuple):
                total[key] = value if old is None else (old[0] + value[0], old[1] + value[1])
            else:
                total[key] = value if old is None else old + value
    return total


def money(cents):
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"


def main():
    executor = lithops.FunctionExecutor(backend="localhost", storage="localhost", log_level="ERROR", config={
        "lithops": {"backend": "localhost", "storage": "localhost", "monitoring": "storage"}, "localhost": {}})
    mapper = {"word-count": word_count, "access-log": access_log, "ledger": ledger, "trending": trending, "sort": sort}[job]
    cut = {} if job == "ledger" else {"obj_chunk_size": 64 * 2**20, "obj_newline": "\n"}
    results = executor.get_result(executor.map(mapper, source, **cut))
    with open(target, "wb") as out:
        if job == "sort":
            for line in heapq.merge(*results):
                out.write(line + b"\n")
            return
        total = add(results)
        if job == "word-count":
            rows = [("word", "count"), *sorted(total.items(), key=lambda pair: pair[0].encode())]
        elif job == "ledger":
            rows = [("account", "balance", "transactions"),
                    *((name, money(cents), n) for name, (cents, n) in sorted(total.items()))]
        elif job == "trending":
            rows = [("tag", "uses"), *sorted(total.items(), key=lambda pair: (-pair[1], pair[0].encode()))[:100]]
        else:
            of = lambda group: [(group, name, *sums) for (kind, name), sums in total.items() if kind == group]
            rows = [("group", "value", "requests", "bytes"), *sorted(of("status")), *sorted(of("hour")),
                    *sorted(of("path"), key=lambda row: (-row[2], row[1].encode()))[:100]]
        for row in rows:
            out.write((",".join(map(str, row)) + "\n").encode())


if __name__ == "__main__":
    main()
