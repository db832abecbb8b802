"""Connections that pushed before there was a switch "live" are live: an update of the app does not stop them."""


def migrate(cr, version):
    """Set since when they are live to when the connection was made: nobody switched it."""
    if version:
        cr.execute("UPDATE qbo_connection SET live_at = create_date WHERE realm_id IS NOT NULL AND live_at IS NULL")
