"""From a fresh installation to the first invoice in QuickBooks, in a real browser: denied once, then the whole path."""
import json
import re

from tests.lab import connect, demo
from tests.lab.page import Page, open_page
from tests.lab.paths import REPO, LabError

from .office import Office, until

PATIENCE = 60  # seconds; what is waited for takes one
MENU = '.o_menu_toggle, .o_navbar_apps_menu button'
APP = '[data-menu-xmlid="qbo_connector.menu_root"]'


class Person:
    """Somebody who has the keys, and clicks; every click is counted."""

    def __init__(self, page: Page):
        self.page, self.clicks = page, 0

    def sees(self, script: str):
        """Return what JavaScript says of the page; nothing while one page gives way to the next."""
        try:
            return self.page.evaluate(script)
        except LabError:
            return None

    def click(self, selector: str) -> None:
        """Wait for a button that can be seen and pressed, and press it."""
        layer = '' if '.modal' in selector else '.modal, '
        found = f"[...document.querySelectorAll({json.dumps(selector)})].find(" \
                "node => node.checkVisibility() && !node.disabled)"
        until(lambda: self.sees(
            f"!!{found} && !document.querySelector('{layer}.o_loading_indicator, .o_blockUI')"), selector, PATIENCE)
        self.page.evaluate(f"{found}.click()")
        self.clicks += 1

    def type(self, selector: str, text: str) -> None:
        """Type into a field and leave it."""
        until(lambda: self.sees(f"!!document.querySelector({json.dumps(selector)})"), selector, PATIENCE)
        self.page.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        self.page.call('Input.insertText', text=text)
        self.page.evaluate("document.activeElement.blur()")

    def text(self) -> str:
        """Return what can be read on the page."""
        return self.sees("document.body.innerText") or ''

    def reads(self, text: str) -> None:
        """Wait until something can be read on the page."""
        until(lambda: text in self.text(), f"{text!r} in {self.text()!r}", PATIENCE)


def posted(office: Office) -> str:
    """Post an invoice as the people in sales do, and return its number."""
    return office.number(demo.new_invoice(office.client))


def numbers(office: Office) -> list[str]:
    """Return the numbers of the invoices that stand in QuickBooks."""
    return [invoice['DocNumber'] for invoice in office.books('Invoice')]


def test_the_guided_path_takes_as_many_clicks_as_the_documentation_says(open_office):
    office = open_office()
    company = office.client.find('res.company', [('chart_template', '=', 'us')])
    office.client = office.client.in_company(company)
    connect.register_app(office.simulator.url, f'{office.odoo.url}/qbo/oauth/callback')
    with open_page() as page:
        person = Person(page)
        for name, value in {**office.client.cookies, 'cids': str(company)}.items():
            page.call('Network.setCookie', url=office.odoo.url, name=name, value=value)
        page.open(f'{office.odoo.url}/odoo', MENU)

        person.click(MENU)
        person.click(APP)
        person.type('[name=client_id] input', connect.CLIENT_ID)
        person.type('[name=client_secret] input', connect.CLIENT_SECRET)
        person.click('[name=step_connect] button')
        before_denial = person.clicks
        person.click('button[value=deny]')
        person.reads("QuickBooks was not connected")
        person.click('a.btn')
        person.reads("1 of 7 steps done")
        person.click('[name=step_connect] button')
        person.clicks = before_denial  # who is not denied goes straight on
        person.click('button[value=approve]')
        person.reads("Sandbox Company US")
        early = posted(office)

        person.click('[name=step_map] button')
        person.click('.modal button[name=action_accept_all]')
        person.click('.modal button[name=action_save]')
        person.reads(" to map")
        person.click('[name=step_scope] button')
        person.reads("4 of 7 steps done")
        person.click('[name=step_dry_run] button')
        person.click('.modal button[name=action_run]')
        page.wait_for('.modal button[name=action_run].btn-secondary')  # it can be done again
        person.click('.modal footer button[special=cancel], .modal footer .o_form_button_cancel')
        person.reads("0 could not be sent")
        person.click('[name=step_live] button')
        person.type('.modal [name=reason] textarea', "That account is not used any more.")
        assert numbers(office) == []
        person.click('.modal button[name=action_go_live]')
        person.reads("Done today")

        draft = demo.new_invoice(office.client, post=False)
        page.open(f'{office.odoo.url}/odoo/customer-invoices/{draft}', 'button[name=action_post]')
        person.click('button[name=action_post]')
        until(lambda: {early, office.number(draft)} <= set(numbers(office)), "the invoices in QuickBooks")
    said = re.search(r'\*\*(\d+) clicks\*\*', (REPO / 'docs/setup.md').read_text())
    assert person.clicks == int(said[1])
