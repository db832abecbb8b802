{
    'name': "Push by queue_job (bench)",
    'summary': "The least an Odoo shop would write on OCA queue_job: one job a document, one request, one write",
    'version': '19.0.1.0.0',
    'category': 'Hidden',
    'author': "The qbo_connector authors",
    'license': 'LGPL-3',
    'depends': ['queue_job'],
    'data': ['security/ir.model.access.csv'],
}
