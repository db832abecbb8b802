"""Many rows of one of our own tables by one statement.

The drain writes some fifteen fields of thirty rows at once; through the ORM's write() that costs more than building
what is sent. Only for stored fields that nothing is computed from.
"""

from odoo import fields


def insert_rows(model, rows):
    """Insert rows and return them as a recordset.

    :param rows: dicts of fields; what one has not got that others have stays empty
    """
    rows = list(rows)
    if not rows:
        return model.browse()
    stamp, own = _stamp(model), tuple(dict.fromkeys(name for row in rows for name in row))
    names = (*own, *stamp, 'create_uid', 'create_date')
    ids = model.env.cr.execute_values(
        f"INSERT INTO {model._table} ({_list(names)}) VALUES %s RETURNING id",  # names of fields, from the code
        [(*(_plain(model, name, row.get(name, False)) for name in own), *stamp.values(), *stamp.values())
         for row in rows],
        page_size=len(rows), fetch=True)
    return model.browse([row_id for row_id, in ids])


def upsert_rows(model, rows, key, newest=None):
    """Insert rows, or update those that stand there under their key and differ, by one statement.

    Unlike the others it tells the ORM what changed, so fields may depend on what is written, if they are not stored.

    :param rows: dicts of the same fields; a key occurs once
    :param key: names of the fields of a unique constraint
    :param newest: a date's field: a row that has a later one already stays as it is
    :return: the rows that are new or were changed
    """
    rows, stamp = list(rows), _stamp(model)
    names = tuple(rows[0])
    content = [name for name in names if name not in key]
    assign = ', '.join(f'"{name}" = EXCLUDED."{name}"' for name in (*content, *stamp))
    old, new = (', '.join(f'{table}."{name}"' for name in content) for table in (model._table, 'EXCLUDED'))
    condition = f'({old}) IS DISTINCT FROM ({new})'
    if newest:
        condition += f' AND ({model._table}."{newest}" > EXCLUDED."{newest}") IS NOT TRUE'
    model.flush_model()
    ids = model.env.cr.execute_values(
        f"INSERT INTO {model._table} ({_list((*names, *stamp, 'create_uid', 'create_date'))}) VALUES %s "
        f"ON CONFLICT ({_list(key)}) DO UPDATE SET {assign} WHERE {condition} RETURNING id",
        [(*(model._fields[name].convert_to_column_insert(row[name], model) for name in names),
          *stamp.values(), *stamp.values()) for row in rows],
        page_size=len(rows), fetch=True)
    changed = model.browse([row_id for row_id, in ids])
    changed.invalidate_recordset(flush=False)
    changed.modified(content)
    return changed


def update_rows(model, values, **shared):
    """Update rows.

    :param dict values: ``{row: {field: value}}``, of the same fields
    :param shared: what all rows get, unless their values say otherwise
    """
    if not values:
        return
    records = model.browse([record.id for record in values])
    records.flush_recordset()
    names = tuple(next(iter(values.values())))
    shared = {name: value for name, value in {**shared, **_stamp(model)}.items() if name not in names}
    assign = ', '.join([f'"{name}" = %s' for name in shared] + [f'"{name}" = new."{name}"' for name in names])
    arrays = ', '.join(f'%s::{model._fields[name].column_type[1]}[]' for name in names)
    model.env.cr.execute(
        f"UPDATE {model._table} AS row SET {assign} FROM unnest(%s, {arrays}) AS new (id, {_list(names)}) "
        "WHERE row.id = new.id",
        [*(_plain(model, name, value) for name, value in shared.items()), records.ids,
         *([_plain(model, name, row[name]) for row in values.values()] for name in names)])
    records.invalidate_recordset([*names, *shared], flush=False)


def _stamp(model):
    return {'write_uid': model.env.uid, 'write_date': fields.Datetime.now()}


def _list(names):
    return ', '.join(f'"{name}"' for name in names)


def _plain(model, name, value):
    """Return a value as the database takes it: nothing is NULL, except that False is false."""
    return None if value is False and model._fields[name].type != 'boolean' else value
