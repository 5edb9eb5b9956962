"""The benchmark's jobs in DuckDB: python duckdb_peer.py JOB INPUT OUTPUT"""
import sys

import duckdb

job, source, target = sys.argv[1:]
db = duckdb.connect()
db.execute("SET threads = 2")
NEVER = chr(1)  # a delimiter that no line has
LINES = f"read_csv('{source}', header = false, columns = {{'line': 'VARCHAR'}}, delim = '{NEVER}', quote = '', escape = '')"
QUERIES = {
    "word-count": f"""
        SELECT word, count(*) AS count
        FROM (SELECT unnest(string_split(line, ' ')) AS word FROM {LINES})
        GROUP BY word ORDER BY word""",
    "access-log": f"""
        WITH parsed AS (
          SELECT status, strftime(strptime(substr(time, 2, 14), '%d/%b/%Y:%H'), '%Y-%m-%dT%H') AS hour,
                 split_part(request, ' ', 2) AS path, coalesce(try_cast(bytes AS BIGINT), 0) AS bytes
          FROM read_csv('{source}', header = false, delim = ' ', quote = '"', escape = '\\', columns = {{
            'host': 'VARCHAR', 'ident': 'VARCHAR', 'user': 'VARCHAR', 'time': 'VARCHAR', 'zone': 'VARCHAR',
            'request': 'VARCHAR', 'status': 'VARCHAR', 'bytes': 'VARCHAR', 'referer': 'VARCHAR', 'agent': 'VARCHAR'}})),
        counted AS (
          SELECT status, hour, path, count(*) AS requests, sum(bytes) AS bytes, grouping(status, hour, path) AS which
          FROM parsed GROUP BY GROUPING SETS ((status), (hour), (path)))
        SELECT "group", value, requests, bytes FROM (
          SELECT 1 AS part, 'status' AS "group", status AS value, requests, bytes, 0 AS rank FROM counted WHERE which = 3
          UNION ALL SELECT 2, 'hour', hour, requests, bytes, 0 FROM counted WHERE which = 5
          UNION ALL SELECT 3, 'path', path, requests, bytes, -requests FROM
            (SELECT * FROM counted WHERE which = 6 ORDER BY requests DESC, path LIMIT 100))
        ORDER BY part, rank, value""",
    "ledger": f"""
        SELECT account_id AS account, sum(amount) AS balance, count(*) AS transactions
        FROM read_csv('{source}', header = true, delim = ',', quote = '"', columns = {{
          'account_id': 'VARCHAR', 'ts': 'VARCHAR', 'amount': 'DECIMAL(18,2)', 'type': 'VARCHAR', 'memo': 'VARCHAR'}})
        GROUP BY account_id ORDER BY account_id""",
    "trending": f"""
        SELECT tag, count(*) AS uses
        FROM (SELECT unnest(tags) AS tag FROM read_json('{source}', format = 'newline_delimited', columns = {{'tags': 'VARCHAR[]'}}))
        GROUP BY tag ORDER BY uses DESC, tag LIMIT 100""",
    "sort": f"SELECT line FROM {LINES} ORDER BY line",
}
header = f"false, QUOTE '', ESCAPE '', DELIMITER '{NEVER}'" if job == "sort" else "true"
db.execute(f"COPY ({QUERIES[job]}) TO '{target}' (FORMAT csv, HEADER {header})")
