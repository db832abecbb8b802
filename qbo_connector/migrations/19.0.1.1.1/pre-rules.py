"""Record rules follow the code: those of earlier versions were kept as they had been installed."""


def migrate(cr, version):
    """Let the update that follows write the domains of today."""
    cr.execute(
        "UPDATE ir_model_data SET noupdate = false WHERE module = 'qbo_connector' AND model = 'ir.rule' AND noupdate")
