"""Every model, field, public method, button, menu and route, as each role and as an administrator of another company.

The registry is walked, so what is new is met here; who may do what stands in the tables of rights.py.
"""

import inspect
import re
import threading
from contextlib import suppress
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError
from odoo.models import BaseModel
from odoo.service.model import call_kw
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .rights import CORE_FIELDS, FIELDS, METHODS, MODELS, NOBODY, ROLES, ROUTES, SENSITIVE, SHARED, may

OURS = 'odoo.addons.qbo_connector'
# So that nothing but our own groups stands in the way.
# What is found for one person, of whatever company, is that person's.
OPENERS_ONLY = (
    'qbo.explain.wizard', 'qbo.preflight.wizard', 'qbo.preflight.step', 'qbo.receipt.decline', 'qbo.skip.wizard',
    'qbo.status.wizard')
ODOO_RIGHTS = 'account.group_account_manager,product.group_product_manager,base.group_partner_manager'
LOGGERS = ('odoo.models', 'odoo.http', 'odoo.addons.base.models.ir_rule', 'odoo.addons.base.models.ir_model')


@tagged('standard', 'post_install', '-at_install')
class TestRights(HttpCase):
    """One row of every model, all in one company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['qbo.connection'].search([]).unlink()
        cls.company = cls.env.company
        cls.other = cls.env['res.company'].create({'name': "Theirs"})
        cls.users = {
            'public': cls.env.ref('base.public_user'),
            'portal': cls.user('portal', 'base.group_portal'),
            'internal': cls.user('internal', ODOO_RIGHTS),
            **{role: cls.user(role, f'{ODOO_RIGHTS},qbo_connector.group_qbo_{role}')
               for role in ('user', 'accountant', 'administrator')},
        }
        cls.stranger = cls.user('stranger', f'{ODOO_RIGHTS},qbo_connector.group_qbo_administrator', cls.other)
        cls.env = cls.env(context={**cls.env.context, 'allowed_company_ids': cls.company.ids})
        cls.rows = {}
        connection = cls.env['qbo.connection'].create({'company_id': cls.company.id})
        connection.write({'state': 'connected', 'realm_id': '4711', 'database_uuid': connection._current_uuid(),
                          'live_at': fields.Datetime.now()})
        cls.rows['qbo.connection'] = connection
        for model in cls.models():
            cls.row(model)
        cls.env.flush_all()

    @classmethod
    def user(cls, role, groups, company=None):
        """Return a new user of one company."""
        company = company or cls.company
        return new_test_user(cls.env, f'rights_{role}', groups=groups, company_id=company.id,
                             company_ids=[fields.Command.set(company.ids)])

    @classmethod
    def models(cls):
        """Return the names of our models that have rows."""
        return [name for name in sorted(cls.env.registry) if name.startswith('qbo.') and not cls.env[name]._abstract]

    @classmethod
    def row(cls, model):
        """Return a row of our company, made of what its fields require; made once."""
        if model not in cls.rows:
            cls.rows[model] = cls.new_row(model)
        return cls.rows[model]

    @classmethod
    def new_row(cls, model):
        """Make a row: existing records of Odoo, our own ones made for it, any text."""
        if model == 'qbo.audit':
            return cls.env[model]._note(cls.rows['qbo.connection'], 'retried', "Evidence", cls.rows['qbo.connection'])
        if not cls.env[model]._auto:  # a query over what is stuck in the queue
            cls.row('qbo.queue.entry').state = 'failed'
            cls.env.flush_all()
            return cls.env[model].search([('company_id', '=', cls.company.id)], limit=1)
        if 'connection_id' in cls.env[model]._fields:
            if made := cls.env[model].search([('connection_id', '=', cls.rows['qbo.connection'].id)], limit=1):
                return made  # with the connection
        values = {}
        for name, field in cls.env[model]._fields.items():
            if not field.store or field.compute or field.related or name in values:
                continue
            if field.type == 'many2one' and field.comodel_name.startswith('qbo.') and field.comodel_name != model:
                values[name] = cls.row(field.comodel_name).id
            elif name == 'model':
                values[name] = 'res.partner'
            elif name == 'res_id':
                values[name] = cls.partner().id
            elif field.required and not field.default:
                values[name] = cls.any_value(field)
        return cls.env[model].sudo().create(values)

    @classmethod
    def any_value(cls, field):
        """Return a value that a required field takes."""
        if field.type == 'many2one':
            if field.comodel_name == 'res.company':
                return cls.company.id
            if field.comodel_name == 'res.partner':
                return cls.partner().id
            ours = [('company_id', '=', cls.company.id)] if 'company_id' in cls.env[field.comodel_name]._fields else []
            return cls.env[field.comodel_name].search(ours, limit=1).id
        if field.type == 'selection':
            return next(iter(dict(field._description_selection(cls.env))))
        return {'char': 'x', 'text': 'x', 'json': {}, 'date': fields.Date.today(), 'datetime': fields.Datetime.now(),
                'boolean': True}.get(field.type, 1)

    @classmethod
    def partner(cls):
        """Return a contact of our company."""
        if 'res.partner' not in cls.rows:
            cls.rows['res.partner'] = cls.env['res.partner'].create({'name': "Ours", 'company_id': cls.company.id})
        return cls.rows['res.partner']

    @classmethod
    def core_row(cls, model):
        """Return a record of one of Odoo's own models in our company."""
        if model not in cls.rows:
            cls.rows[model] = cls.partner() if model == 'res.partner' else cls.env[model].create(
                {'name': "Ours", 'company_id': cls.company.id})
        return cls.rows[model]

    def as_stranger(self, records):
        """Return records as an administrator of another company sees them."""
        return records.with_user(self.stranger).with_context(allowed_company_ids=self.other.ids)

    # === MODELS === #

    @mute_logger(*LOGGERS)
    def test_each_role_has_the_access_rights_of_the_table(self):
        self.assertFalse(set(self.models()) ^ set(MODELS), "rights.MODELS lists all models")
        for model, (readers, writers) in MODELS.items():
            for role in ROLES:
                with self.subTest(model=model, role=role):
                    row = self.rows[model].with_user(self.users[role])
                    self.assertEqual(row.browse().has_access('read'), may(role, readers))
                    for operation in ('write', 'create', 'unlink'):
                        self.assertEqual(row.browse().has_access(operation), may(role, writers), operation)

    @mute_logger(*LOGGERS)
    def test_another_company_sees_and_changes_nothing(self):
        for model, (readers, _writers) in MODELS.items():
            if readers == NOBODY or model in SHARED:
                continue
            with self.subTest(model=model):
                row = self.rows[model]
                ours, theirs = row.with_user(self.users['administrator']), self.as_stranger(row)
                if not row._transient:  # wizards may be for the one who opened them alone
                    self.assertTrue(ours.search([('id', '=', row.id)]), "or the test would prove nothing")
                self.assertFalse(theirs.search([('id', '=', row.id)]))
                for operation in ('read', 'write', 'unlink'):
                    self.assertFalse(theirs.has_access(operation), operation)

    # === FIELDS === #

    def test_fields_on_odoos_models_are_seen_by_our_groups_alone(self):
        found = {}
        for model in self.env.registry:
            if not model.startswith('qbo.') and not self.env[model]._abstract:
                for name, field in self.env[model]._fields.items():
                    if name.startswith('qbo_') or (field._modules and all(
                            module.startswith('qbo_') for module in field._modules)):
                        found.setdefault(name, set()).add(model)
        self.assertFalse(set(found) ^ set(CORE_FIELDS), "rights.CORE_FIELDS lists all fields")
        for name, models in found.items():
            for model in sorted(models):
                for role in ROLES:
                    with self.subTest(field=f'{model}.{name}', role=role):
                        self.assertEqual(self.sees(role, model, name), may(role, CORE_FIELDS[name]))

    def test_secrets_and_payloads_are_seen_as_the_table_says(self):
        sensitive = [
            f'{model}.{name}' for model in self.models() for name, field in self.env[model]._fields.items()
            if any(word in name for word in SENSITIVE) and not name.startswith(('activity_', 'message_', 'website_'))
            and not isinstance(field, (fields.Datetime, fields.Date))]
        self.assertFalse(set(sensitive) ^ set(FIELDS), "rights.FIELDS lists all sensitive fields")
        for path, least in FIELDS.items():
            model, name = path.rsplit('.', 1)
            for role in ROLES:
                with self.subTest(field=path, role=role):
                    sees = self.env[model].with_user(self.users[role]).has_access('read') and self.sees(
                        role, model, name)
                    self.assertEqual(sees, may(role, least))

    def sees(self, role, model, name):
        """Tell whether a role sees a field of a model, given access to the model."""
        records = self.env[model].with_user(self.users[role])
        return records._has_field_access(records._fields[name], 'read')

    # === METHODS === #

    @classmethod
    def public_methods(cls):
        """Return {(model, method): key in the table} of what our classes add to what can be called by RPC."""
        found = {}
        for model in cls.env.registry:
            classes = cls.env.registry[model].mro()
            foreign = {name for klass in classes if not klass.__module__.startswith(OURS) for name in vars(klass)}
            foreign |= set(dir(BaseModel))
            for klass in classes:
                for name, function in vars(klass).items() if klass.__module__.startswith(OURS) else ():
                    if inspect.isfunction(function) and not name.startswith('_') and name not in foreign:
                        found[model, name] = f'{klass._name}.{name}'
        return found

    @mute_logger(*LOGGERS)
    def test_each_public_method_does_its_work_for_whom_the_table_names(self):
        methods = self.public_methods()
        self.assertFalse(set(methods.values()) ^ set(METHODS), "rights.METHODS lists all public methods")
        for (model, name), key in methods.items():
            if self.env[model]._abstract or (key.startswith(('qbo.syncable', 'qbo.badge')) and model not in (
                    'res.partner', 'product.product')):  # the mixin's code is the same everywhere
                continue
            row = self.rows[model] if model in self.rows else self.core_row(model)
            roles = [role for role in ROLES if not may(role, METHODS[key])]
            for role in [*roles, *(role for role in (METHODS[key], 'administrator') if role != NOBODY)]:
                with self.subTest(method=f'{model}.{name}', role=role):
                    self.assertEqual(self.lets_through(row.with_user(self.users[role]), name), may(role, METHODS[key]))
            if not getattr(getattr(self.env.registry[model], name), '_api_model', False):
                with self.subTest(method=f'{model}.{name}', role="of another company"):
                    self.assertFalse(self.lets_through(self.as_stranger(row), name))

    def lets_through(self, row, name):
        """Call a method as RPC does, undo it, and tell whether it was not refused."""
        if row._transient:  # is for the one who opened it alone, which shall not be why others are refused
            for model in self.models():
                if self.env[model]._transient and not (row.env.user == self.stranger and model in OPENERS_ONLY):
                    self.env.cr.execute(SQL("UPDATE %s SET create_uid = %s", SQL.identifier(
                        self.env[model]._table), row.env.uid))
        self.env.invalidate_all()
        arguments = [] if getattr(getattr(type(row), name), '_api_model', False) else [row.ids]
        allows = True
        with suppress(Undo), self.env.cr.savepoint():
            try:
                call_kw(row.browse(), name, arguments, {})
                self.env.flush_all()
            except AccessError:
                allows = False
            except Exception:  # noqa: BLE001  # what is wrong with our makeshift row comes after the gate
                pass
            raise Undo
        self.env.invalidate_all()
        return allows

    # === SCREENS === #

    @mute_logger(*LOGGERS)
    def test_nobody_is_shown_a_button_that_refuses_nor_others_our_menus(self):
        methods = self.public_methods()
        views = self.env['ir.ui.view'].search([]).filtered(
            lambda view: (view.xml_id or '').startswith('qbo_connector') and view.type in ('form', 'list', 'kanban'))
        screens = {(view.model, view.type, (view.inherit_id or view).id) for view in views if view.model in self.env}
        menus = self.env['ir.ui.menu'].search([]).filtered(
            lambda menu: (menu.get_external_id()[menu.id] or '').startswith('qbo_connector.'))
        seen = set()
        for role in ROLES[2:]:
            user = self.users[role]
            for model, kind, view_id in sorted(screens):
                records = self.env[model].with_user(user)
                if not records.has_access('read'):
                    continue
                arch = etree.fromstring(records.get_view(view_id, kind)['arch'])
                for button in arch.xpath("//*[@type='object'][@name]"):
                    key = methods.get((model, button.get('name')))
                    if key and not (model.startswith('qbo.') and not may(role, MODELS[model][0])):
                        seen.add(key)
                        with self.subTest(view=f'{model} {kind} {view_id}', button=key, role=role):
                            self.assertTrue(may(role, METHODS[key]))
            with self.subTest("menus", role=role):
                self.assertEqual(bool(menus.with_user(user)._filter_visible_menus()), may(role, 'user'))
            for model in ('account.move', 'account.payment', 'res.partner', 'product.product', 'product.template'):
                for actions in self.env['ir.actions.actions'].with_user(user).get_bindings(model).values():
                    for action in actions:
                        code = self.env['ir.actions.server'].browse(action['id']).sudo().code if (
                            action.get('type') == 'ir.actions.server') else ''
                        for name in re.findall(r'\.(action_\w+)\(', code or ''):
                            if key := methods.get((model, name)):
                                seen.add(key)
                                with self.subTest(action=f'{model} {action["name"]}', role=role):
                                    self.assertTrue(may(role, METHODS[key]))
        self.assertIn('qbo.connection.action_connect', seen)
        self.assertIn('qbo.syncable.action_qbo_check', seen)

    # === ROUTES === #

    @mute_logger(*LOGGERS)
    def test_each_route_answers_each_role_as_the_table_says(self):
        with patch.object(threading.current_thread(), 'dbname', self.env.cr.dbname, create=True):
            routes = {rule.rule for rule in self.env['ir.http'].routing_map().iter_rules()
                      if rule.endpoint.original_endpoint.__module__.startswith(OURS)}
        self.assertFalse(set(routes) ^ set(ROUTES), "rights.ROUTES lists all routes")
        for role in ROLES:
            if role != 'public':
                self.authenticate(f'rights_{role}', f'rights_{role}')
            for route, answers in ROUTES.items():
                with self.subTest(route=route, role=role):
                    expected = [answers[r] for r in ROLES[:ROLES.index(role) + 1] if r in answers][-1]
                    self.assertEqual(self.url_open(route, allow_redirects=False).status_code, expected)


class Undo(Exception):
    """Ends a savepoint whose work shall not stay."""
