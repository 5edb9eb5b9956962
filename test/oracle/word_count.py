"""Words and how often each occurs: `python3 word_count.py FILE… > expected.csv`."""

from collections import Counter

from records import csv_line, emit, files, tell

counts = Counter()
for data in files():
    counts.update(data.split())  # of bytes: at runs of 09-0D and 20, nothing else

emit(b'word,count\n')
for word in sorted(counts):
    emit(csv_line(word, str(counts[word]).encode()))
tell(sum(counts.values()))
