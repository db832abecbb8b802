"""What Odoo does not remove by itself when the app is uninstalled."""


def uninstall_hook(env):
    """End the consents at Intuit, as far as it answers, and take our parameters along.

    Rows of our own models, fields, views, rules, menus and crons, also those that the code made, are removed by Odoo.
    """
    connections = env['qbo.connection'].with_context(active_test=False).search([])
    for connection in connections.filtered(lambda connection: connection._is_our_database()):
        connection._credential_sudo()._revoke()
    env['ir.config_parameter'].search([('key', '=like', 'qbo_connector.%')]).unlink()
