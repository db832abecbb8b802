{
    'name': "QuickBooks Online Connector",
    'summary': "Invoices, credit notes and payments stand in QuickBooks Online: exactly once, right to the cent",
    'version': '19.0.1.0.0',
    'category': 'Accounting/Accounting',
    'author': "The qbo_connector authors",
    'license': 'LGPL-3',
    'depends': ['account', 'mail'],
    'data': [
        'views/qbo_binding_views.xml',
        'views/qbo_queue_entry_views.xml',
        'views/account_move_views.xml',
        'views/account_payment_views.xml',
        'views/res_partner_views.xml',
        'views/product_views.xml',
    ],
    'application': True,
}
