"""Odoo addon that mirrors Odoo's accounting in QuickBooks Online."""

from . import controllers, entities, models, wizard
from .hooks import uninstall_hook
