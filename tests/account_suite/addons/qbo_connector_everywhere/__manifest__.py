{
    'name': "QuickBooks Online Connector: Everywhere (account tests)",
    'summary': "Connects every company, so that Odoo's own tests meet the addon at work",
    'version': '19.0.1.0.0',
    'category': 'Hidden',
    'author': "The qbo_connector authors",
    'license': 'LGPL-3',
    'depends': ['qbo_connector'],
    'post_init_hook': 'connect_existing',
}
