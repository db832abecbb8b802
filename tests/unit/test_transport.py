"""The last net under the HTTP library: whatever it raises becomes one of our errors, without its text."""

import pytest
import requests
import urllib3
from qbo import faults
from qbo.transport import exchange, new_session

SECRET = 'secret-in-a-header'


@pytest.mark.parametrize(('raised', 'expected'), [
    (requests.exceptions.ConnectTimeout(SECRET), faults.Unavailable),
    (requests.exceptions.ProxyError(SECRET), faults.Unavailable),
    (requests.exceptions.InvalidURL(SECRET), faults.Unavailable),
    (requests.exceptions.InvalidHeader(SECRET), faults.Unavailable),
    (requests.exceptions.ReadTimeout(SECRET), faults.InDoubt),
    (requests.exceptions.ConnectionError(SECRET), faults.InDoubt),
    (requests.exceptions.ConnectionError(), faults.InDoubt),
    (requests.exceptions.SSLError(SECRET), faults.InDoubt),
    (requests.exceptions.ChunkedEncodingError(SECRET), faults.InDoubt),
    (requests.exceptions.ContentDecodingError(SECRET), faults.InDoubt),
    (requests.exceptions.RequestException(SECRET), faults.InDoubt),
    (urllib3.exceptions.ProtocolError(SECRET), faults.InDoubt),
    (ValueError(SECRET), faults.InDoubt),
], ids=lambda value: getattr(value, '__name__', None) or type(value).__name__)
def test_every_error_of_the_library_has_its_class_and_loses_its_text(monkeypatch, raised, expected):
    session = new_session()

    def broken(*args, **kwargs):
        raise raised
    monkeypatch.setattr(session, 'send', broken)
    with pytest.raises(faults.QboError) as caught:
        exchange(session, 'POST', 'https://quickbooks.example/v3', auth=lambda request: request)
    assert type(caught.value) is expected
    assert SECRET not in str(caught.value) and caught.value.__context__ is None
    assert 'quickbooks.example' in str(caught.value)


def test_the_session_repeats_nothing_by_itself():
    adapter = new_session().get_adapter('https://quickbooks.example')
    assert adapter.max_retries.total == 0 and adapter.max_retries.read is False
