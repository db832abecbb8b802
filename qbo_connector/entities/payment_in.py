"""Payments that were entered in QuickBooks: they are taken in, and never sent back."""

from odoo import api, models

from .qbo_entity import KEEP, PRESENT, Plan


class QboSettlement(models.AbstractModel):
    """The part of the payments that knows where they were made."""

    _inherit = 'qbo.entity.settlement'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    @api.model
    def _pull(self, change, binding, data):
        """Override to take in what was made in QuickBooks; what Odoo sent is Odoo's own."""
        if binding and binding.origin != 'qbo':
            return super()._pull(change, binding, data)
        return self.env['qbo.receipt']._receive(change.connection_id, change.remote_id, data)

    @api.model
    def _plan(self, entry, record, binding, resolve):
        """Override to send nothing of what QuickBooks made itself; what became of it in Odoo is said."""
        if binding.origin != 'qbo' or not binding:
            return super()._plan(entry, record, binding, resolve)
        reason = self.env['qbo.receipt']._strayed(binding)
        binding._keep(reason)
        return Plan('none', note=reason or self.env._("It was entered in QuickBooks, and is changed there."))


class QboPayment(models.AbstractModel):
    """Payments without a link are new ones of QuickBooks."""

    _inherit = 'qbo.entity.payment'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_takes_new = True


class QboCreditApplication(models.AbstractModel):
    """Credits that were applied in QuickBooks stand there already, whatever payment did it."""

    _inherit = 'qbo.entity.credit_application'  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _intent(self, connection, record):
        intent = super()._intent(connection, record)
        if intent[0] == PRESENT and record.receipt_id:
            return KEEP, self.env._("Applied in QuickBooks, by its %(payment)s.",
                                    payment=record.receipt_id.display_name)
        return intent
