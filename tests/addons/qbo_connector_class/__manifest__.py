{
    'name': "QuickBooks Online Connector: Classes (test)",
    'summary': "Proof that another addon adds an entity in one file",
    'version': '19.0.1.0.0',
    'category': 'Hidden',
    'author': "The qbo_connector authors",
    'license': 'LGPL-3',
    'depends': ['qbo_connector', 'analytic'],
}
