"""What a person can set says what it does."""

from lxml import etree

from odoo.tests import TransactionCase, new_test_user, tagged


@tagged('standard', 'post_install', '-at_install')
class TestHelp(TransactionCase):
    """The form views of the addon, field by field."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = new_test_user(cls.env, 'reads_help', groups=','.join((
            'qbo_connector.group_qbo_administrator', 'base.group_system', 'base.group_partner_manager',
            'account.group_account_manager', 'product.group_product_manager')))

    def forms(self):
        """Return the form views that the addon made or extended."""
        rows = self.env['ir.model.data'].search([('module', '=', 'qbo_connector'), ('model', '=', 'ir.ui.view')])
        return self.env['ir.ui.view'].browse(rows.mapped('res_id')).filtered(lambda view: view.type == 'form')

    def fields_of(self, view):
        """Return the fields of a form, those in lists within it too, that somebody may edit."""
        for node in etree.fromstring(view.arch).iter('field'):
            outer = [field for field in node.iterancestors('field')
                     if field.get('name') and field.get('position', 'inside') == 'inside']
            model = self.env[view.model]
            for field in reversed(outer):
                model = self.env[model._fields[field.get('name')].comodel_name]
            locked = any(tag.get('edit') == '0' or tag.get('readonly') == '1' or tag.get('invisible') == '1'
                         for tag in (node, *node.iterancestors()))
            field = model._fields.get(node.get('name'))
            if field is not None and not locked and not field.readonly and model.with_user(
                    self.administrator).has_access('write'):
                yield field

    def test_every_setting_has_a_help_text_of_whole_sentences(self):
        settings = {field for view in self.forms() for field in self.fields_of(view)
                    if 'qbo_connector' in field._modules and (
                        field.model_name == 'res.config.settings' or not self.env[field.model_name]._transient)}
        self.assertGreater(len(settings), 20)
        self.assertFalse(sorted(str(field) for field in settings if not field.help), "have no help text")
        self.assertFalse(sorted(
            str(field) for field in settings if field.help[0].islower() or field.help.rstrip()[-1] not in '.:!?'))
