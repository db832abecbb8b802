"""Odoo's export to Excel, where the titles of groups are data, too."""

from odoo.addons.web.controllers.export import ExcelExport

from ..models.qbo_exportable import QboExportable, harmless


class QboExcelExport(ExcelExport):
    """Makes the titles of groups of our models harmless, as the models do with the cells."""

    def from_group_data(self, fields, columns_headers, groups):
        """Override to let no title become a formula of the spreadsheet that opens it."""
        if isinstance(groups._model, groups._model.env.registry[QboExportable._name]):
            _defuse(groups)
        return super().from_group_data(fields, columns_headers, groups)


def _defuse(node):
    """Make the titles below a node harmless: texts, or pairs of an id and a name."""
    for title, child in list(node.children.items()):
        del node.children[title]
        node.children[(title[0], harmless(title[1])) if isinstance(title, tuple) else harmless(title)] = child
        _defuse(child)
