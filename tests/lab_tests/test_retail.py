"""What the loader makes of awkward invoices."""
import gzip
from decimal import Decimal

import pytest

from tests.lab import retail
from tests.lab.paths import REPO, LabError

HEAD = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n'
GOOD = '536365,85123a,HEART,6.0,2010-12-01 08:26:00,2.55,17850,United Kingdom\n'


def read(tmp_path, *lines):
    """Read a file of these lines."""
    path = tmp_path / 'input.csv'
    path.write_text(HEAD + ''.join(lines))
    return retail.read(path)


def test_lines_of_one_number_become_one_document(tmp_path):
    (document,) = read(tmp_path, GOOD, GOOD).documents
    assert [line.code for line in document.lines] == ['85123A', '85123A']
    assert document.total == Decimal('30.60')
    assert document.date == '2010-12-01'


def test_a_number_with_c_is_a_credit_note_over_a_positive_total(tmp_path):
    (document,) = read(tmp_path, 'C536379,D,Discount,-1.0,2010-12-01 09:41:00,27.5,14527,United Kingdom\n').documents
    assert document.is_credit_note
    assert document.total == Decimal('27.50')


def test_a_line_without_customer_belongs_to_the_cash_sales_of_its_country(tmp_path):
    (document,) = read(tmp_path, GOOD.replace('17850', '').replace('United Kingdom', 'France')).documents
    assert retail.customer_name(document) == "Cash sales France"


def test_a_write_off_at_price_zero_stays_as_a_document_of_zero(tmp_path):
    (document,) = read(tmp_path, '536589,21777,,-10.0,2010-12-01 16:50:00,0.0,,United Kingdom\n').documents
    assert document.total == 0


@pytest.mark.parametrize(('bad', 'reason'), [
    (GOOD.replace('2.55', 'free'), "is no amount"),
    (GOOD.replace('2.55', 'nan'), "is no amount"),
    (GOOD.replace('6.0', '0'), "is no amount"),
    (GOOD.replace('2010-12-01', 'yesterday'), "is no date"),
    (GOOD.replace('85123a', ''), "no stock code"),
    (GOOD.replace('17850', '99999'), "its customer is 99999, the document's is 17850"),
    ('536365,85123A\n', "is no amount"),
])
def test_a_line_that_cannot_be_booked_is_refused_with_its_reason_and_the_rest_stays(tmp_path, bad, reason):
    result = read(tmp_path, GOOD, bad)
    assert [len(document.lines) for document in result.documents] == [1]
    (refused,) = result.refused
    assert refused.startswith("line 3, document 536365") and reason in refused


def test_an_invoice_below_zero_is_refused_as_a_whole(tmp_path):
    result = read(tmp_path, GOOD.replace('6.0', '-6.0'))
    assert result.documents == []
    assert "only a credit note" in result.refused[0]


def test_a_file_of_another_format_is_refused_with_the_missing_columns(tmp_path):
    path = tmp_path / 'input.csv'
    path.write_text('Number,Amount\n1,2\n')
    with pytest.raises(LabError, match="lacks the columns Country, CustomerID"):
        retail.read(path)


def test_a_file_that_is_not_there_or_not_compressed_is_refused(tmp_path):
    with pytest.raises(LabError, match="cannot be read"):
        retail.read(tmp_path / 'nothing.csv.gz')
    (tmp_path / 'plain.csv.gz').write_text(HEAD)
    with pytest.raises(LabError, match="cannot be read"):
        retail.read(tmp_path / 'plain.csv.gz')


def test_the_slice_reads_the_same_plain_and_compressed(tmp_path):
    plain = REPO / 'tests/data/online_retail_slice.csv'
    packed = tmp_path / 'slice.csv.gz'
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert retail.read(packed) == retail.read(plain)
    assert retail.read(plain).expected() == {
        'Invoice': {'count': 36, 'total': Decimal('25197.71'), 'tax': Decimal('0.00')},
        'CreditMemo': {'count': 10, 'total': Decimal('878.61'), 'tax': Decimal('0.00')},
    }


@pytest.mark.parametrize(('vat', 'total', 'tax'), [
    (None, '30.60', '0.00'), (retail.EXCLUDED, '36.72', '6.12'), (retail.INCLUDED, '30.60', '5.10')])
def test_vat_comes_on_top_of_the_price_or_lies_in_it(tmp_path, vat, total, tax):
    expected = read(tmp_path, GOOD, GOOD).expected(vat)['Invoice']
    assert (expected['total'], expected['tax']) == (Decimal(total), Decimal(tax))


def test_a_file_without_credit_notes_expects_none_to_the_cent(tmp_path):
    assert str(read(tmp_path, GOOD).expected()['CreditMemo']['total']) == '0.00'


def test_vat_is_rounded_once_a_document():
    line = retail.Line('1', "", Decimal(1), Decimal('0.12'))
    assert retail.Document('1', '', '', '', [line] * 4).tax(retail.EXCLUDED) == Decimal('0.10')
    assert retail.Document('1', '', '', '', [line]).tax(retail.EXCLUDED) == Decimal('0.02')


def test_a_tax_exactly_between_two_cents_is_told_apart():
    def document(number, price):
        return retail.Document(number, '', '', '', [retail.Line('1', "", Decimal(1), Decimal(price))])

    file = retail.Retail([document('1', '7335.45'), document('2', '7335.46'), document('3', '7335.48')], [])
    assert file.ties(retail.INCLUDED) == {'1'}
    assert file.ties(retail.EXCLUDED) == file.ties() == set()
    assert retail.Retail([document('4', '0.12'), document('5', '0.125')], []).ties(retail.EXCLUDED) == set()
