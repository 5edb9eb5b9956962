"""Terms and the documents that use them: `python3 inverted_index.py FILE… > expected.jsonl`."""

import itertools
import unicodedata
from decimal import Decimal

from records import bad, decode, emit, encode, files, json_lines, json_text, tell


def terms(text):
    """Maximal runs of letters and numbers of any script, in lower case. Python's \\w and isalnum() differ from that."""
    for wanted, run in itertools.groupby(text, lambda char: unicodedata.category(char)[0] in 'LN'):
        if wanted:
            yield ''.join(run).lower()


def identity(value):
    """An id as JSON: integers in full, other numbers as ECMAScript writes them. Equal ids have equal JSON."""
    if isinstance(value, str):
        return json_text(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        bad(f'id {value!r}')
    return str(value) if isinstance(value, int) else shortest(value)


def shortest(value):
    """A double as Number::toString writes it (ECMA-262, 6.1.6.1.20): repr has the digits, not the layout."""
    if value == 0:
        return '0'
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    text = ''.join(map(str, digits))
    point = len(text) + exponent  # value = 0.text × 10^point
    minus = '-' if sign else ''
    if len(text) <= point <= 21:
        return minus + text.ljust(point, '0')
    if 0 < point <= 21:
        return f'{minus}{text[:point]}.{text[point:]}'
    if -6 < point <= 0:
        return f"{minus}0.{'0' * -point}{text}"
    mantissa = text if len(text) == 1 else f'{text[0]}.{text[1:]}'
    return f'{minus}{mantissa}e{point - 1:+d}'


found = {}
documents = 0
for data in files():
    for document in json_lines(data):
        documents += 1
        name, text = identity(document['id']), document['text']
        if not isinstance(text, str):
            bad(f'text {text!r}')
        for term in terms(text):
            found.setdefault(encode(term), {})[name] = None

for term in sorted(found):
    ids = list(found[term])
    line = f'{{"term":{json_text(decode(term))},"documents":{len(ids)},"ids":[{",".join(ids)}]}}\n'
    emit(line.encode('utf-8'))
tell(documents)
