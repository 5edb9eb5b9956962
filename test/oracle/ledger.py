"""Balances of accounts: `python3 ledger.py FILE… > expected.csv`."""

import re
from collections import defaultdict

from records import bad, csv_line, csv_records, emit, files, tell

AMOUNT = re.compile(rb'([+-]?)(?=\.?[0-9])([0-9]*)(?:\.([0-9]{0,2}))?')

cents = defaultdict(int)
transactions = defaultdict(int)
for data in files():
    names, rows = csv_records(data)
    if names and not {b'account_id', b'amount'} <= set(names):
        bad(f'columns {names!r}')
    for row in rows:
        account, amount = row[names.index(b'account_id')], row[names.index(b'amount')]
        match = AMOUNT.fullmatch(amount)
        if not match:
            bad(f'amount {amount!r}')
        sign, whole, fraction = match.groups()
        size = int(whole or b'0') * 100 + int((fraction or b'').ljust(2, b'0'))
        cents[account] += -size if sign == b'-' else size
        transactions[account] += 1

emit(b'account,balance,transactions\n')
for account in sorted(cents):
    whole, rest = divmod(abs(cents[account]), 100)
    balance = f"{'-' if cents[account] < 0 else ''}{whole}.{rest:02}"
    emit(csv_line(account, balance.encode(), str(transactions[account]).encode()))
tell(sum(transactions.values()))
