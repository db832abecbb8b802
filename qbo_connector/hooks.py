"""What Odoo does not remove by itself when the app is uninstalled."""


def uninstall_hook(env):
    """End the consents at Intuit, as far as it answers, and take along what the code made: crons and parameters.

    Rows of our own models, fields, views, rules, menus and crons from data files are removed by Odoo.
    """
    connections = env['qbo.connection'].with_context(active_test=False).search([])
    for connection in connections.filtered(lambda connection: connection._is_our_database()):
        connection._credential_sudo()._revoke()
    connections.cron_id.unlink()
    env['ir.config_parameter'].search([('key', '=like', 'qbo_connector.%')]).unlink()
