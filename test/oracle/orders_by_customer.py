"""Orders by customer: `python3 orders_by_customer.py FILE… > expected.csv`. A file's name says what is in it."""

import os
import re

from records import bad, csv_line, csv_records, emit, named_files, tell

AMOUNT = re.compile(rb'([+-]?)(?=\.?[0-9])([0-9]*)(?:\.([0-9]{0,2}))?')


def columns(names, *wanted):
    if names and not set(wanted) <= set(names):
        bad(f'columns {names!r}')
    return [names.index(name) if names else 0 for name in wanted]


customers, orders, cents, records = {}, {}, {}, 0
for path, data in named_files():
    names, rows = csv_records(data)
    records += len(rows)
    if os.path.basename(path).startswith('customers'):
        key, name = columns(names, b'id', b'name')
        for row in rows:
            customers.setdefault(row[key], row[name])
    else:
        key, amount = columns(names, b'customer', b'amount')
        for row in rows:
            match = AMOUNT.fullmatch(row[amount])
            if not match:
                bad(f'amount {row[amount]!r}')
            sign, whole, fraction = match.groups()
            size = int(whole or b'0') * 100 + int((fraction or b'').ljust(2, b'0'))
            orders[row[key]] = orders.get(row[key], 0) + 1
            cents[row[key]] = cents.get(row[key], 0) + (-size if sign == b'-' else size)

emit(b'customer,name,orders,total,state\n')
for customer in sorted(customers.keys() | orders.keys()):
    total = cents.get(customer, 0)
    whole, rest = divmod(abs(total), 100)
    money = f"{'-' if total < 0 else ''}{whole}.{rest:02}".encode()
    if customer not in customers:
        state = b'unknown customer'
    else:
        state = b'matched' if customer in orders else b'no orders'
    count = str(orders.get(customer, 0)).encode()
    emit(csv_line(customer, customers.get(customer, b''), count, money, state))
tell(records)
