"""What an accountant files of a reconciliation, and what differs in another currency."""

import io

from openpyxl import load_workbook

from odoo.addons.qbo_connector.qbo import webhooks
from odoo.tests import tagged

from .currencies import MC_REALM, CurrencyCase
from .reconciling import TODAY, ReconcileCase, ReconcileMixin


@tagged('standard', 'post_install', '-at_install')
class TestReconciliationReport(ReconcileCase):
    """What an accountant files."""

    def test_the_report_and_the_spreadsheet_say_who_explained_what_and_calculate_nothing(self):
        self.partner.name = "=2+5 Ltd"
        invoice, other = self.sold(100, 200)
        self.meddle(invoice, amount='99.5')
        self.meddle(other, amount='199')
        credit = self.invoice(move_type='out_refund', lines=[{'name': "Back", 'price_unit': 40, 'tax_ids': []}])
        run = self.reconcile(date_from=TODAY.replace(day=1), date_to=TODAY)
        self.line(run, invoice)._explain("=cmd agreed")
        line = self.line(run, credit)
        line.sudo().record_name = False
        self.assertEqual(line.display_name.split(" ")[:2], ["Credit", "Memo"])
        html = str(self.env['ir.actions.report']._render_qweb_html(
            'qbo_connector.qbo_reconciliation_report', run.ids)[0], 'utf-8')
        for text in (self.company.name, invoice.name, "total 100.00 in Odoo, 99.50 in QuickBooks", "=cmd agreed",
                     self.env.user.name, "Foreign Exchange", "Reviewed by", "Documents compared"):
            self.assertIn(text, html)
        self.assertIn("Credit Memo", html, "what people call it, and not the API")
        self.assertNotIn("CreditMemo", html)
        action = run.action_xlsx()
        attachment = self.env['ir.attachment'].search([('res_model', '=', run._name), ('res_id', '=', run.id)])
        self.assertEqual(action['url'], f'/web/content/{attachment.id}?download=true')
        book = load_workbook(io.BytesIO(attachment.raw))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        self.assertFalse([cell for cell in cells if cell.data_type == 'f'])
        texts = [str(cell.value) for cell in cells]
        self.assertIn("'=cmd agreed", texts)
        self.assertIn("'=2+5 Ltd", texts)
        self.assertIn("Credit Memo", texts)
        self.assertNotIn("CreditMemo", texts)
        self.assertIn(0.5, [cell.value for cell in cells])
        self.assertEqual(book.sheetnames, ["Summary", "Documents", "Customers", "Exchange"])
        run.action_xlsx()
        self.assertEqual(len(attachment.search([('res_model', '=', run._name), ('res_id', '=', run.id)])), 1)

    def test_every_list_calls_a_kind_what_people_call_it_in_their_language(self):
        self.env['res.lang']._activate_lang('fr_FR')
        labels = {}
        for model in ('qbo.reconciliation.line', 'qbo.reconciliation.total', 'qbo.change', 'qbo.binding',
                      'qbo.queue.entry', 'qbo.match', 'qbo.cutover.line', 'qbo.link.wizard', 'qbo.status.wizard'):
            for lang in ('en_US', 'fr_FR'):
                labels[model, lang] = dict(
                    self.env[model].with_context(lang=lang).fields_get(['entity'])['entity']['selection'])
                self.assertLessEqual({*webhooks.ENTITIES, 'TaxCode', 'TaxRate'}, set(labels[model, lang]), model)
        english = labels['qbo.change', 'en_US']
        self.assertEqual([english[name] for name in ('CreditMemo', 'Payment', 'Item', 'TaxCode', 'VendorCredit')],
                         ["Credit Memo", "Payment", "Item", "Tax Code", "Vendor Credit"])
        self.env['ir.model']._get('qbo.entity.credit_memo').with_context(lang='fr_FR').name = "Avoir"
        self.env.registry.clear_cache()
        change = self.env['qbo.change'].with_context(lang='fr_FR').new({'entity': 'CreditMemo', 'remote_id': '7'})
        self.assertEqual(change.display_name, "Avoir 7")


@tagged('standard', 'post_install', '-at_install')
class TestReconciliationOfCurrencies(ReconcileMixin, CurrencyCase):
    """Documents in euros, in the books of an American company."""

    realm = MC_REALM

    def test_another_rate_is_explained_in_a_section_of_its_own_and_a_cent_of_rounding_is_no_drift(self):
        self.join()
        now, then, odd = self.bill(self.euro), self.bill(self.euro, invoice_date=self.last_month), self.bill(
            self.euro, 33.33)
        self.drain(self.connection)
        self.pay(now)
        self.pay(then, currency_id=self.dollar.id, amount=125)
        self.drain(self.connection)
        run = self.reconcile()
        self.assertEqual(self.told(run, 'drift', 'waiting', 'known'), {})
        self.assertEqual({(total.entity, total.currency): (total.here_total, total.there_total)
                          for total in run.total_ids if total.entity == 'Invoice'}, {
            ('Invoice', 'EUR'): (233.33, 233.33)})

        books = self.keep_books()
        books.edit('Invoice', self.there(then)['Id'], ExchangeRate=2.5)
        cent = self.there(odd)['ExchangeRate'] + 0.0003
        books.edit('Invoice', self.there(odd)['Id'], ExchangeRate=round(cent, 6))
        run = self.reconcile()
        self.assertEqual(self.told(run), {then: 'exchange'})
        self.assertEqual(self.told(run, 'known'), {odd: 'rounded'})
        line = self.line(run, then)
        self.assertEqual((line.home, line.remote_home, line.rate, line.remote_rate, line.amount_apart),
                         (200, 250, 2, 2.5, 50))
        self.assertEqual(run.exchange_ids, line | self.line(run, odd))
        line._explain("The bank's rate of that day")
        html = self.env['ir.qweb']._render('qbo_connector.report_reconciliation', {
            'docs': run, 'doc_ids': run.ids, 'doc_model': run._name, 'company': self.company})
        section = html[html.index("Foreign Exchange"):]
        for text in (then.name, "2.50000000", "250.00", "The bank&#39;s rate of that day", odd.name):
            self.assertIn(text, section)
