"""The tags used most: `[TOP=100] python3 trending.py FILE… > expected.csv`."""

import os
from collections import Counter

from records import bad, csv_line, emit, encode, files, json_lines, tell

uses = Counter()
posts = 0
for data in files():
    for post in json_lines(data):
        posts += 1
        tags = post['tags']
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            bad(f'tags {tags!r}')
        uses.update(encode(tag) for tag in tags)

emit(b'tag,uses\n')
ranked = sorted(uses, key=lambda tag: (-uses[tag], tag))
for tag in ranked[: int(os.environ.get('TOP', '100'))]:
    emit(csv_line(tag, str(uses[tag]).encode()))
tell(posts)
