"""What is exported to a spreadsheet from our lists is text, whatever somebody called a customer."""

from odoo import models

from ..qbo.spreadsheet import FORMULA_STARTS


class QboExportable(models.AbstractModel):
    """Makes the export of a model harmless: Odoo's CSV does not know all beginnings, its XLSX none."""

    _name = 'qbo.exportable'
    _description = "Exported without Formulas"

    def export_data(self, fields_to_export):
        """Override to let no text become a formula of the spreadsheet that opens it."""
        exported = super().export_data(fields_to_export)
        exported['datas'] = [[harmless(value) for value in row] for row in exported['datas']]
        return exported


def harmless(value):
    """Return a text that no spreadsheet calculates; numbers and dates as they are."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
