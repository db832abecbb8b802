{
    'name': "QuickBooks Online Connector: No Limits (bench)",
    'summary': "Lifts Intuit's limits, which a benchmark of the engine would only measure instead",
    'version': '19.0.1.0.0',
    'category': 'Hidden',
    'author': "The qbo_connector authors",
    'license': 'LGPL-3',
    'depends': ['qbo_connector'],
}
