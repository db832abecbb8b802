{
    'name': "QuickBooks Online Connector: Hurry (crash test)",
    'summary': "Waiting times of seconds instead of minutes; loaded by the crash test only, never installed",
    'version': '19.0.1.0.0',
    'category': 'Hidden',
    'author': "The qbo_connector authors",
    'license': 'LGPL-3',
    'depends': ['qbo_connector'],
    'installable': False,
    'post_load': 'hurry',
}
