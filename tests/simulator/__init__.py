"""QuickBooks Online on your own machine: stateful, strict, importing neither Odoo nor the addon."""

from .failures import DroppedConnection
from .seeds import US_MULTICURRENCY
from .server import Server
from .simulator import CLIENT_ID, CLIENT_SECRET, UK_REALM, US_REALM, Simulator

__all__ = ['CLIENT_ID', 'CLIENT_SECRET', 'UK_REALM', 'US_MULTICURRENCY', 'US_REALM', 'DroppedConnection', 'Server',
           'Simulator']
