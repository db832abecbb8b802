"""Hook on merging contacts: what the merged ones had in QuickBooks goes to the one that stays."""

from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging contacts."""

    _inherit = 'base.partner.merge.automatic.wizard'

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Override of base to let documents and customers in QuickBooks follow."""
        documents = src_partners._qbo_pushed_documents()
        super()._update_foreign_keys(src_partners, dst_partner)
        for records in documents:
            records._qbo_enqueue()
        for partner in src_partners:
            partner._qbo_merged_into(dst_partner)
