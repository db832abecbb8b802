"""The simulator as one object: companies, apps, clock, scripted failures, recorded calls, and its WSGI application."""

import threading

from . import operations, seeds, switches
from .app import Application
from .bookkeeper import Bookkeeper
from .clock import Clock
from .entities import ENTITIES, index_keys
from .failures import Script
from .limits import Limiter
from .oauth import Provider
from .recorder import Recorder
from .requestid import Answers
from .store import Company
from .weather import Weather
from .webhooks import Webhooks

CLIENT_ID, CLIENT_SECRET = 'sim-client', 'sim-secret'
US_REALM, UK_REALM = '9130000000000001', '9130000000000002'


class Simulator:
    """QuickBooks Online on your own machine.

    :param callable now: source of the present (aware datetime, or naive UTC); the machine's clock by default
    :param str environment: sandbox or production: what the server is when the Host header does not tell
    :param switches: see switches.py
    """

    def __init__(self, now=None, environment='sandbox', **changed):
        self.environment = environment
        self.lock = threading.RLock()
        self._now = now
        self._changed = changed
        self.reset()
        application = Application(self)
        self.wsgi = application

    def reset(self):
        """Back to the default app and the two default companies; the clock too."""
        with self.lock:
            self.clock = Clock(self._now)
            self.switches = dict(switches.DEFAULTS)
            self.companies = {}
            self.oauth = Provider(self.clock, self.switches)
            self.failures = Script()
            self.weather = Weather()
            self.recorder = Recorder()
            self.answers = Answers(self.clock)
            self.limiter = Limiter(self.clock)
            self.webhooks = Webhooks(self)
            self.set_switches(**self._changed)
            self.oauth.register(CLIENT_ID, CLIENT_SECRET)
            self.add_company(US_REALM, name="Sandbox Company US")
            self.add_company(UK_REALM, name="Sandbox Company UK", country='GB', home_currency='GBP')

    def set_switches(self, **changed):
        """Set switches for all companies.

        :raises ValueError: a switch that does not exist
        """
        unknown = set(changed) - set(switches.DEFAULTS)
        if unknown:
            raise ValueError(f"no such switch: {', '.join(sorted(unknown))}")
        self.switches.update(changed)
        for company in self.companies.values():
            company.switches.update(changed)

    def add_company(self, realm_id, name="Sandbox Company", country='US', home_currency='USD', environment=None,
                    multicurrency=False, preferences=None, status='ACTIVE', user=None, switches=None):
        """Add a company, or change what is told of one that exists; returns it."""
        with self.lock:
            company = self.companies.get(realm_id)
            if company is None:
                company = Company(realm_id, self.clock, index_keys, name, country, home_currency,
                                  environment or self.environment, dict(self.switches))
                seeds.furnish(company, multicurrency)
                company.listeners.append(self.webhooks.note)
                self.companies[realm_id] = company
            elif multicurrency:
                seeds.change_preferences(company, {'CurrencyPrefs': {'MultiCurrencyEnabled': True}})
            company.switches.update(switches or {})
            company.environment = environment or company.environment
            company.status = status
            company.user = user or company.user
            seeds.change_preferences(company, preferences or {})
            return company

    def seed(self, realm_id, entity, bodies):
        """Put objects into a company by the same rules a request obeys, except that an Id may be given.

        :return: the objects as answers show them
        :raises faults.Refusal:
        """
        with self.lock:
            company = self.companies[realm_id]
            return [operations.create(company, ENTITIES[entity], body, seeding=True) for body in bodies]

    def bookkeeper(self, realm_id=US_REALM):
        """Somebody who works in a company through QuickBooks' own screens."""
        return Bookkeeper(self, realm_id)
