"""Rows as JSON objects of strings: `python3 csv_to_jsonl.py FILE… > expected.jsonl`."""

from records import csv_records, decode, emit, files, json_text, tell

count = 0
for data in files():
    names, rows = csv_records(data)
    count += len(rows)
    for row in rows:
        members = (f"{json_text(decode(name))}:{json_text(decode(field))}" for name, field in zip(names, row))
        emit(('{' + ','.join(members) + '}\n').encode('utf-8'))
tell(count)
