"""What comes from QuickBooks: which handler takes it, and what a handler does with it unless it knows better."""

from odoo import api, models

from ..qbo.moments import updated_at


class QboEntity(models.AbstractModel):
    """The part of the handlers that takes in what changed in QuickBooks."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_takes_new = False  # whether objects of QuickBooks without a link are offered to it

    @api.model
    def _taker(self, binding, entity):
        """Return the handler that takes in an object: that of its link, else one that takes new ones; or None.

        :param binding: the live link of the object, or empty
        :param str entity: Intuit's name
        """
        if binding:
            return self._for_binding(binding)
        return next((handler for handler in self._handlers()
                     if handler._qbo_takes_new and handler._qbo_entity == entity), None)

    @api.model
    def _pull(self, change, binding, data):
        """Take in one object as it is in QuickBooks now; called by the drain, once for all that was told of it.

        It runs in a transaction of its own, which is undone when this raises. It must be repeatable.

        :param change: the newest ``qbo.change`` of the object; its operation is what was told, ``data`` is the truth
        :param binding: the live link of the object, empty when no record is linked with it
        :param dict data: the object, with Decimals; None when it was deleted in QuickBooks
        :return: what came of it, in words for the Inbox
        :raises PullError: a person has to do something first
        """
        return self.env._("Not followed")

    @api.model
    def _updated_at(self, data):
        """Return when QuickBooks last changed an object, as Odoo stores it (naive UTC), or False."""
        moment = updated_at(data)
        return moment.replace(tzinfo=None) if moment else False
