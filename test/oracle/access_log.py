"""Requests and bytes by status, hour and path: `[TOP=100] python3 access_log.py FILE… > expected.csv`."""

import calendar
import os
import re
from collections import defaultdict

from records import bad, csv_line, emit, files, lines, tell

QUOTED = rb'"((?:[^"\\]|\\.)*)"'
LINE = re.compile(
    rb'[^ ]+ [^ ]+ .+? \[(\d\d)/([A-Z][a-z][a-z])/(\d{4}):(\d\d):(\d\d):(\d\d) [+-]\d\d\d\d\] '
    + QUOTED + rb' (\d\d\d) (\d+|-) ' + QUOTED + rb' ' + QUOTED,
    re.DOTALL,
)
MONTHS = {name.encode(): number for number, name in enumerate(calendar.month_abbr)}

totals = [defaultdict(lambda: [0, 0]) for _ in range(3)]
count = 0
for data in files():
    for line in lines(data):
        match = LINE.fullmatch(line)
        if not match:
            bad(f'line {line!r}')
        day, month, year, hour, _, _, request, status, size, _, _ = match.groups()
        count += 1
        words = request.split(b' ')
        if len(words) > 2 and words[-1].startswith(b'HTTP/'):
            words.pop()
        path = b' '.join(words[1:]) if words[0] else b''
        keys = status, b'%s-%02d-%sT%s' % (year, MONTHS[month], day, hour), path
        for group, key in zip(totals, keys):
            if key:
                group[key][0] += 1
                group[key][1] += 0 if size == b'-' else int(size)

statuses, hours, paths = totals
emit(b'group,value,requests,bytes\n')
ranked = sorted(paths, key=lambda path: (-paths[path][0], path))[: int(os.environ.get('TOP', '100'))]
for name, group, keys in (b'status', statuses, sorted(statuses)), (b'hour', hours, sorted(hours)), (b'path', paths, ranked):
    for key in keys:
        emit(csv_line(name, key, *(str(number).encode() for number in group[key])))
tell(count)
