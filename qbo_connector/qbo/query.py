"""Builder of the query language.

Source: Intuit "Query operations and syntax": values in single quotes, a quote is escaped by a backslash, no OR; pages are
1-based and at most 1,000 rows; without ORDERBY the order is not reliable.
"""


def quote(value):
    """Return a value as a literal of the query language; booleans are bare, everything else is quoted."""
    if isinstance(value, bool):
        return 'true' if value else 'false'
    text = str(value).replace('\\', '\\\\').replace("'", "\\'")
    return f"'{text}'"


def _conditions(where):
    """Return the WHERE clause of ``{field: value}``; a tuple or list means IN."""
    if not where:
        return ''
    terms = []
    for field, value in where.items():
        if isinstance(value, (tuple, list)):
            terms.append(f"{field} IN ({', '.join(map(quote, value))})")
        else:
            terms.append(f'{field} = {quote(value)}')
    return ' WHERE ' + ' AND '.join(terms)


def select(entity, where=None, order_by='Id', start=1, max_results=1000):
    """Return a SELECT of one page.

    :param dict where: field -> value, all of which must hold
    :param int start: 1-based
    :param int max_results: at most 1000
    """
    return (f'SELECT * FROM {entity}{_conditions(where)} ORDERBY {order_by} '
            f'STARTPOSITION {start} MAXRESULTS {max_results}')


def count(entity, where=None):
    """Return a SELECT COUNT(*)."""
    return f'SELECT COUNT(*) FROM {entity}{_conditions(where)}'
