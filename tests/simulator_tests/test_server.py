"""The simulator on a real socket."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.simulator import US_REALM, Server

from .support import Caller


@pytest.fixture
def served(sim):
    """A caller whose calls go over a socket."""
    caller = Caller(sim, US_REALM)
    with Server(sim) as server:
        def send(method, path, body=None):
            connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=10)
            try:
                connection.request(method, path, body=body and json.dumps(body), headers={
                    'Authorization': f"Bearer {caller.tokens['access_token']}", 'Content-Type': 'application/json'})
                answer = connection.getresponse()
                return answer.status, answer.read()
            finally:
                connection.close()
        caller.send = send
        yield caller


def test_the_api_answers_over_a_socket(served):
    status, body = served.send('POST', f"/v3/company/{US_REALM}/customer", {'DisplayName': "Ann"})
    assert (status, json.loads(body)['Customer']['DisplayName']) == (200, "Ann")


def test_a_lost_answer_closes_the_socket_after_the_write(served):
    served.send('POST', '/_sim/fail', {'kind': 'lost_answer', 'entity': 'Customer'})
    with pytest.raises(ConnectionError):
        served.send('POST', f"/v3/company/{US_REALM}/customer", {'DisplayName': "Ann"})
    assert len(served.company.all('Customer')) == 1
    assert served.send('GET', f"/v3/company/{US_REALM}/customer/1")[0] == 200


def test_a_reset_closes_the_socket_before_the_write(served):
    served.send('POST', '/_sim/fail', {'kind': 'reset', 'entity': 'Customer'})
    with pytest.raises(ConnectionError):
        served.send('POST', f"/v3/company/{US_REALM}/customer", {'DisplayName': "Ann"})
    assert served.company.all('Customer') == []


def test_threads_do_not_disturb_each_other(served):
    def create(number):
        served.send('POST', f"/v3/company/{US_REALM}/customer", {'DisplayName': f"C{number % 10}"})
    threads = [threading.Thread(target=create, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(row['DisplayName'] for row in served.company.all('Customer')) == [f"C{n}" for n in range(10)]


def test_the_command_serves_until_it_is_ended():
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, '-m', 'tests.simulator', '--port', '0', '--redirect-uri', 'https://a.example/cb'], cwd=root,
        stdout=subprocess.PIPE, text=True, env=dict(os.environ, PYTHONPATH=str(root)))
    try:
        url = process.stdout.readline().split()[-1]
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
        connection.request('GET', '/')
        assert b"Sandbox Company US" in connection.getresponse().read()
        connection.close()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        process.stdout.close()
