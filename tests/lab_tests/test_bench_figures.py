"""The figures of a benchmark: what they say, and what the file holds."""
import json
from types import SimpleNamespace

import pytest

from tests.bench import plan
from tests.bench.figures import Figure, pairwise, table, write

REQUIRED = {'posting_ratio', 'vs_queue_job', 'cpu_ratio', 'limit_share', 'history_ratio', 'memory_ratio',
            'calls_per_document', 'metered_reads_per_document', 'webhook_burst', 'reconcile_ratio',
            'reconcile_memory_ratio'}


@pytest.mark.parametrize(('goal', 'samples', 'met'), [
    ('<= 2', [1.0, 2.0, 9.0], True),
    ('<= 2', [1.0, 2.1, 2.2], False),
    ('>= 5', [5.0], True),
    ('>= 5', [9.0, 4.9, 1.0], False),
    ('', [1e9], True),
])
def test_the_median_decides_whether_a_goal_is_met(goal, samples, met):
    assert Figure('key', "what it is", samples, goal).met is met


def test_what_was_measured_together_is_compared_with_each_other():
    assert pairwise([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]
    with pytest.raises(ValueError):
        pairwise([1.0], [1.0, 2.0])


def test_the_file_holds_median_min_max_goal_unit_and_what_they_came_from(tmp_path):
    figure = Figure('cpu_ratio', "CPU", [3.0, 1.0, 2.0], '<= 2', raw={'ms': [1]})
    write([figure], tmp_path / 'build/bench.json')
    data = json.loads((tmp_path / 'build/bench.json').read_text())
    assert data['date'] and 'cores' in data['machine']
    assert data['cpu_ratio'] == {
        'title': "CPU", 'unit': 'ratio', 'median': 2.0, 'min': 1.0, 'max': 3.0, 'goal': '<= 2', 'met': True,
        'samples': [3.0, 1.0, 2.0], 'raw': {'ms': [1]}}


def test_the_table_has_a_row_of_equal_width_for_each_figure_and_marks_missed_goals():
    text = table([Figure('a', "a figure", [1234.5]), Figure('b', "another", [3.0], '<= 2')])
    heading, _empty, *rows = text.splitlines()
    assert 'cores' in heading
    assert len(rows) == 4 and len({len(row) for row in rows}) == 1
    assert '1,234' in rows[2] and 'missed' not in rows[2]
    assert '≤ 2' in rows[3] and 'missed' in rows[3]


def test_every_key_that_others_read_is_the_key_of_a_measurement():
    assert set(plan.KEYS) == REQUIRED


@pytest.mark.parametrize('text', ['cpu_ratio,limit_share', 'cpu_ratio limit_share', 'cpu_ratio, limit_share'])
def test_measurements_are_named_with_commas_or_blanks(text):
    assert plan.keys(text) == ['cpu_ratio', 'limit_share']


def test_an_unknown_measurement_is_refused():
    with pytest.raises(ValueError, match="cpu_ration"):
        plan.keys('cpu_ration')


def test_only_what_was_asked_for_is_measured_and_once(monkeypatch):
    asked = []

    def measurement(name):
        return lambda stage, sizes: asked.append((name, stage, sizes)) or [Figure(name, name, [1.0])]

    monkeypatch.setattr(plan, 'ALL', {names: measurement(names[0]) for names in plan.ALL})
    stage = SimpleNamespace(set_stub=lambda: asked.append('stub as it was'))
    figures = plan.measure(stage, 'sizes', ['calls_per_document', 'cpu_ratio', 'memory_ratio'])
    assert [figure.key for figure in figures] == ['cpu_ratio', 'memory_ratio']
    assert asked == [
        'stub as it was', ('cpu_ratio', stage, 'sizes'),
        'stub as it was', ('memory_ratio', stage, 'sizes'),
    ]
