"""What the oracles share: records out of bytes, and rows into bytes. Standard library only, nothing of fanfold."""

import json
import re
import sys

# Long integers are exact here, also beyond Python's default guard of 4,300 digits.
if hasattr(sys, 'set_int_max_str_digits'):
    sys.set_int_max_str_digits(0)


def named_files():
    """(path, bytes) of every file on the command line, in order; `@-` reads the names from stdin, one a line."""
    paths = sys.stdin.read().split('\n') if sys.argv[1:] == ['@-'] else sys.argv[1:]
    for path in paths:
        with open(path, 'rb') as file:
            yield path, file.read()


def files():
    """The bytes of every file, in order."""
    return (data for _, data in named_files())


def emit(data):
    sys.stdout.buffer.write(data)


def tell(records):
    """How many records were read goes to stderr, for the manifest to be compared with."""
    print(f'records={records}', file=sys.stderr)


def bad(what):
    sys.exit(f'bad input: {what}')


def without_bom(data):
    return data[3:] if data.startswith(b'\xef\xbb\xbf') else data


def lines(data):
    """Lines that end in LF or CRLF; the last may lack its end. Not splitlines(): that cuts at VT, FF, NEL and more."""
    parts = data.split(b'\n')
    if parts[-1] == b'':
        parts.pop()
    return [part[:-1] if part.endswith(b'\r') else part for part in parts]


def json_lines(data):
    """The values of a JSONL file. Integers stay whole at any size; Python reads NaN and Infinity, JSON has none."""
    for line in lines(without_bom(data)):
        if line.strip(b' \t\r') != b'':
            yield json.loads(decode(line), parse_constant=bad)


def csv_rows(data):
    """The rows of a CSV file, header first, as lists of bytes: RFC 4180 to the letter, one byte after another.

    Not the csv module: it takes a quote in the middle of a field for text, ends rows at a lone CR, and reads text.
    """
    data = without_bom(data)
    rows, row, field, at = [], [], bytearray(), 0
    while at < len(data):
        if data[at : at + 1] == b'"':
            at += 1
            while True:
                close = data.find(b'"', at)
                if close < 0:
                    bad('a quote is never closed')
                field += data[at:close]
                at = close + 1
                if data[at : at + 1] != b'"':
                    break
                field += b'"'
                at += 1
        else:
            start = at
            while at < len(data) and data[at] not in b',\n':
                at += 1
            field += data[start:at]
            if data[at : at + 1] == b'\n' and field.endswith(b'\r'):
                field.pop()
            if b'"' in field:
                bad(f'quote inside an unquoted field: {bytes(field)!r}')
        if data[at : at + 2] == b'\r\n':
            at += 1
        row.append(bytes(field))
        field = bytearray()
        if at == len(data) or data[at : at + 1] == b'\n':
            rows.append(row)
            row = []
        elif data[at : at + 1] != b',':
            bad(f'text after a closing quote: {data[at:at + 20]!r}')
        elif at + 1 == len(data):
            rows.append([*row, b''])
            row = []
        at += 1
    return rows


def csv_records(data):
    """The rows of a CSV file as (names, rows of fields); nothing for an empty file. A blank line is a row of one field."""
    rows = csv_rows(data)
    if not rows:
        return [], []
    names, *rest = rows
    if len(set(names)) < len(names):
        bad(f'a column name is repeated: {names!r}')
    for row in rest:
        if len(row) != len(names):
            bad(f'{len(row)} fields under {len(names)} columns: {row!r}')
    return names, rest


def csv_line(*fields):
    """One CSV row: quotes only where a field needs them, LF at the end."""
    return b','.join(map(csv_field, fields)) + b'\n'


def csv_field(field):
    if any(byte in b'",\r\n' for byte in field):
        return b'"' + field.replace(b'"', b'""') + b'"'
    return field


def decode(data):
    """Text that keeps every byte: what is not UTF-8 becomes surrogates (PEP 383)."""
    return data.decode('utf-8', 'surrogateescape')


def encode(text):
    """The bytes that `decode` read; other lone surrogates, which only JSON escapes make, as three bytes each."""
    handlers = ('surrogateescape' if '\udc80' <= char <= '\udcff' else 'surrogatepass' for char in text)
    return b''.join(char.encode('utf-8', handler) for char, handler in zip(text, handlers))


def json_text(text):
    """A JSON text, with escapes only where JSON or UTF-8 needs them."""
    return re.sub('[\ud800-\udfff]', lambda lone: f'\\u{ord(lone[0]):04x}', json.dumps(text, ensure_ascii=False))
