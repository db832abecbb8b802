"""Hook on merging contacts: what the merged ones had in QuickBooks goes to the one that stays."""

from odoo import models

from ..models.res_partner import AFTER_DOCUMENTS


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merging contacts."""

    _inherit = 'base.partner.merge.automatic.wizard'

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Override of base to let documents and customers in QuickBooks follow, while it is known whose they are."""
        # Merging deletes the customers whose currency the other contact has too: in QuickBooks they become inactive.
        src_partners.sudo().qbo_currency_ids._qbo_enqueue(AFTER_DOCUMENTS)
        for records in src_partners._qbo_pushed_documents():
            records._qbo_enqueue()
        for partner in src_partners:
            partner._qbo_merge_into(dst_partner.commercial_partner_id)
        super()._update_foreign_keys(src_partners, dst_partner)
