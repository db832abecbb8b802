"""Fields that were emptied in Odoo: emptied in QuickBooks as well.

Our updates are sparse, so that what a person added in QuickBooks stays; but a field that is left out of a sparse
update keeps its value, and neither null nor an empty text is documented to clear one (Intuit's support: "There are few
limitations regarding the delete/remove operation on sparse update. We can achieve this using full update"). A full
update clears what it leaves out (API reference, "Full update"), hence it is made of the object as QuickBooks returned
it last, which also holds what is not ours. No longer at hand or of an older version, that answer is had by a sparse
update first: never by a read.
"""

import json

from odoo import api, models
from odoo.fields import Domain

AGAIN = '+'  # of what was pushed, something is left to be emptied
EXTENSION = 'Ex'  # such blocks (CustomerEx) are read-only, and refused when they come back
NOT_RETURNED = ('MetaData', 'TxnTaxDetail', 'EmailStatus')  # of others' making, worked out anew, or bound to BillEmail


class QboEntity(models.AbstractModel):
    """The part of the handlers that empties what was sent before and is no longer."""

    _inherit = 'qbo.entity'  # pylint: disable=consider-merging-classes-inherited  # one file a concern

    _qbo_clearable = ()  # what may be emptied; not what QuickBooks needs, or fills in by itself

    @api.model
    def _pushed_content(self, digest, payload):
        """Return what the link remembers of a push: the hash of the content, and which fields it had."""
        return ' '.join((digest, *self._sent_fields(payload)))

    @api.model
    def _sent_fields(self, payload):
        """Return the names of the clearable fields of a content; of addresses and the like those of their parts."""
        names = []
        for field in self._qbo_clearable:
            value = payload.get(field)
            if isinstance(value, dict) and 'value' not in value:
                names += [f'{field}.{part}' for part in value]
            elif value is not None:
                names.append(field)
        return names

    @api.model
    def _update(self, entry, binding, payload, content):
        """Return (what is sent to update an object, what the link is to remember of that).

        :param str content: of :meth:`_pushed_content`
        """
        body = {**payload, 'Id': binding.remote_id, 'SyncToken': binding.sync_token, 'sparse': True}
        left = [name for name in (binding.content_hash or '').split()[1:]
                if name != AGAIN and name not in self._sent_fields(payload)]
        if not left:
            return body, content
        last = entry.search(entry._records_domain() & Domain('state', '=', 'done') & Domain('answer', '!=', False),
                            limit=1)
        standing = json.loads(last.sudo().answer) if last else {}
        if (standing.get('Id'), standing.get('SyncToken')) != (binding.remote_id, binding.sync_token):
            return body, ' '.join((content, *left, AGAIN))
        emptied = {name.split('.')[0] for name in left}
        kept = {field: value for field, value in standing.items()
                if field not in (*emptied, *NOT_RETURNED) and not field.endswith(EXTENSION)}
        return {**kept, **body, 'sparse': False}, content

    @api.model
    def _settled(self, entry, binding, data):
        """Override to push once more, now that what stands in QuickBooks is known, where something is to be emptied."""
        if entry.operation == 'update' and (entry.content_hash or '').endswith(AGAIN):
            self.env['qbo.queue.entry'].sudo()._enqueue(entry._record(), entry.connection_id)
        return super()._settled(entry, binding, data)
