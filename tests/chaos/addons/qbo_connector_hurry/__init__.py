"""Waiting times of the addon as fractions of what they are, so that hours of retries fit into minutes.

Loaded by ``server_wide_modules`` alone and never installed; it changes constants of time and nothing else.
"""
import logging
import sys
from datetime import timedelta

_logger = logging.getLogger(__name__)

PACKAGE = 'odoo.addons.qbo_connector'
SAFE_REPLAY = timedelta(seconds=15)  # several restarts long, as in life
HURRIED = {
    'RECORD_BASE': 0.5, 'RECORD_CAP': 6, 'OUTAGE_BASE': 0.5, 'OUTAGE_CAP': 4, 'THROTTLE_BASE': 1,
    'AUTH_RETRY': timedelta(seconds=1), 'DATABASE_RETRY': timedelta(seconds=0.5), 'SAFE_REPLAY': SAFE_REPLAY,
}


def hurry():
    """Shorten every waiting time that the addon's modules know by one of these names."""
    import odoo.addons.qbo_connector  # its modules have to be loaded before they are changed

    changed = set()
    for name, module in list(sys.modules.items()):
        if name.startswith(PACKAGE):
            for constant, value in HURRIED.items():
                if constant in vars(module):
                    setattr(module, constant, value)
                    changed.add(constant)
    missing = {'RECORD_BASE', 'OUTAGE_BASE', 'SAFE_REPLAY'} - changed
    if missing:
        raise RuntimeError(f"The addon no longer knows {', '.join(sorted(missing))}: a test would wait for hours")
    _logger.info("Hurrying: %s", ", ".join(sorted(changed)))
