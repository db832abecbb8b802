"""What docs/simulator.md says is so: its calls are accepted, its tables name what there is."""

import re
from pathlib import Path

from tests.simulator import control, failures, switches

MANUAL = (Path(__file__).resolve().parents[2] / 'docs/simulator.md').read_text(encoding='utf-8')


def test_every_call_that_the_manual_shows_is_accepted(us):
    calls = re.findall(
        r"^curl -X POST http://127\.0\.0\.1:8070(/_sim/\S+) -d '(.*?)'", MANUAL, re.DOTALL | re.MULTILINE)
    assert len(calls) >= 3
    for path, body in calls:
        answer = us.client.post(path, data=body)
        assert answer.status_code == 200, (body, answer.get_data(as_text=True))
    assert us.client.get('/_sim/summary/9130000000000009').get_json()['Customer']['count'] == 1


def test_the_manual_names_every_control_and_kind_of_failure_and_only_switches_that_exist():
    named = {(method, path) for method, path in re.findall(r'`(GET|POST|DELETE) ([a-z]+)', MANUAL)}
    assert named | {('GET', 'clock')} == set(control._HANDLERS)
    assert all(f'`{kind}`' in MANUAL for kind in failures.KINDS)
    section = MANUAL[MANUAL.index("## Switches"):]
    assert set(re.findall(r'\(`?([a-z_]+)`', section)) | set(re.findall(r'"([a-z_]+)": true', section)) <= set(
        switches.DEFAULTS)
