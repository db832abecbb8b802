"""The benchmark runs and yields its figures; what it says of the speed is for `make bench` on a quiet machine."""
import json

from tests.bench import figures, plan, stage
from tests.bench.measures import QUICK

#: The nightly job has the others: queue_job needs one more server, the rest many rows or minutes.
KEYS = [key for key in plan.KEYS if key not in ('vs_queue_job', 'limit_share', 'history_ratio', 'memory_ratio')]


def test_the_measurements_of_the_benchmark_run_and_yield_their_figures(machine, tmp_path):
    with stage.stub(machine) as stub, stage.Stage(machine, stub) as benchmark:
        measured = plan.measure(benchmark, QUICK, KEYS)
    figures.write(measured, tmp_path / 'bench.json')
    data = json.loads((tmp_path / 'bench.json').read_text())
    for key in KEYS:
        assert 0 <= data[key]['min'] <= data[key]['median'] <= data[key]['max'], key
    # What does not depend on the machine's speed holds at any size.
    assert data['metered_reads_per_document']['max'] == 0
    assert data['calls_per_document']['max'] <= 1 / 20
    assert data['posting_more_queries']['max'] < 20, "as many for a thousand as for one"
