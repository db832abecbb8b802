"""The measurements, one function each; all return figures."""
import time
from dataclasses import dataclass

from tests.lab import database, server
from tests.lab.paths import say

from .figures import Figure
from .stage import ADDONS, Process, Stage, queue_job

LATENCY = 0.3  # seconds, about what Intuit takes
BATCHES, BATCH, REQUESTS = 40, 30, 500  # Intuit's limits a minute
WINDOW = 61  # seconds: the connector's minute (qbo/limiter.py)
CHANNELS = ((4, 4), (2, 2), (6, 6))  # (HTTP workers, capacity of the root channel) that are tried for queue_job
PATIENCE = 1800


@dataclass(frozen=True)
class Sizes:
    """How much is measured: all of it, or so little that one sees only that it works."""

    repetitions: int = 5
    posted: int = 1000
    drained: int = 900
    rate: int = 3000
    jobs: int = 1000
    channels: tuple = CHANNELS
    windows: int = 2
    limited: int = 6000
    history: tuple = (1_000, 1_000_000)
    memory: tuple = (1_000, 100_000)


QUICK = Sizes(repetitions=1, posted=40, drained=60, rate=120, jobs=40, channels=((2, 2),), windows=0, limited=150,
              history=(100, 2_000), memory=(60, 300))


def posting(stage: Stage, sizes: Sizes) -> list[Figure]:
    """Posting invoices with the addon connected, against a database that never saw it."""
    with_addon, without = stage.connected('bench_with'), stage.empty('bench_without', with_addon=False)
    seconds, queries = {}, {}
    with stage.process(with_addon) as ours, stage.process(without) as plain:
        plain('prepare')
        for round_ in range(sizes.repetitions + 1):
            # The other first each time, so that neither is always the one that runs on a warmer machine.
            for name, process in sorted({'with': ours, 'without': plain}.items(), reverse=bool(round_ % 2)):
                process('copy', count=sizes.posted, state='draft', tag=f'P{round_}')
                result = process('post', tag=f'P{round_}')
                seconds.setdefault(name, []).append(result['seconds'])
                queries.setdefault(name, []).append(result['queries'])
    ratios = [a / b for a, b in zip(seconds['with'], seconds['without'], strict=True)][1:]  # the first one warms up
    return [Figure('posting_ratio', f"posting {sizes.posted:,} invoices, connected / without the addon", ratios,
                   '<= 1.03', {'seconds': seconds, 'queries': queries})]


def engine(stage: Stage, sizes: Sizes) -> list[Figure]:
    """CPU of our process for one invoice, against one bare request; calls and reads on the way."""
    name = stage.connected('bench_cpu')
    samples, database_cpu, bare, calls, reads = [], [], [], [], []
    with stage.process(name) as process:
        for round_ in range(sizes.repetitions + 1):
            tag = f'C{round_}'
            process('copy', count=sizes.drained, tag=tag)
            process('enqueue', tag=tag)
            stage.set_stub()
            done = process('drain')
            counts = stage.stub_counts()
            least = process('bare', url=f'{stage.stub.url}/v3/company/91300/invoice', count=sizes.drained)
            assert done['documents'] == sizes.drained, done
            samples.append(done['cpu'] / done['documents'] * 1000)
            database_cpu.append(done['database_cpu'] / done['documents'] * 1000)
            bare.append(least['cpu'] / least['documents'] * 1000)
            calls.append((counts['write'] + counts['batch'] + counts['read']) / done['documents'])
            reads.append(counts['read'] / done['documents'])
    ratios = [a / b for a, b in zip(samples, bare, strict=True)]
    return [
        Figure('cpu_ratio', "CPU of a pushed invoice of 5 lines / of a bare request of the same JSON", ratios[1:], '<= 2',
               {'ms': samples, 'bare_ms': bare, 'postgresql_ms': database_cpu}),
        Figure('cpu_ms', "CPU of a pushed invoice, ms", samples[1:]),
        Figure('bare_cpu_ms', "CPU of a bare request, ms", bare[1:]),
        Figure('postgresql_cpu_ms', "CPU of PostgreSQL for a pushed invoice, ms", database_cpu[1:]),
        Figure('calls_per_document', "API calls a document", calls[1:]),
        Figure('metered_reads_per_document', "metered reads a document", reads[1:], '<= 0'),
    ]


def against_queue_job(stage: Stage, sizes: Sizes) -> list[Figure]:
    """Entries a second of a real server, against OCA queue_job at its best."""
    payload, ours = _our_rate(stage, sizes)
    theirs, best = _queue_job_rate(stage, sizes, payload)
    return [
        Figure('vs_queue_job', "entries a second / of OCA queue_job", [rate / best for rate in ours], '>= 5',
               {'ours': ours, 'queue_job': theirs}),
        Figure('entries_per_second', "entries a second", ours),
        Figure('queue_job_per_second', "jobs a second of OCA queue_job, best setting", [best]),
    ]


def _our_rate(stage: Stage, sizes: Sizes) -> tuple[dict, list[float]]:
    name = stage.connected('bench_rate')
    path = stage.install(name, 'qbo_connector_unlimited', str(ADDONS))
    stage.set_stub()
    rates = []
    with stage.process(name) as process, _odoo(stage, name, path, workers=1, max_cron_threads=1):
        for round_ in range(sizes.repetitions + 1):
            process('copy', count=sizes.rate, tag=f'R{round_}')
            process('enqueue', tag=f'R{round_}')
            start = time.perf_counter()
            _wake(stage, name)
            _until_none(process, 'open_rows')
            rates.append(sizes.rate / (time.perf_counter() - start))
        payload = process('bare', url=f'{stage.stub.url}/v3/company/91300/invoice', count=1)['payload']
    return payload, rates[1:]


def _queue_job_rate(stage: Stage, sizes: Sizes, payload: dict) -> tuple[dict, float]:
    name = stage.empty('bench_queue_job', with_addon=False)
    library = queue_job(stage.machine)
    path = stage.install(name, 'queue_job,queue_job_push', f'{ADDONS},{library}/odoo/addons')
    rates = {}
    with stage.process(name, addons_path=path, python_path=str(library)) as process:
        process('prepare')
        for workers, capacity in sizes.channels:
            setting = f'{workers} workers, root:{capacity}'
            channels = f'\n[queue_job]\nchannels = root:{capacity}\n'
            with _odoo(stage, name, path, channels, str(library), workers=workers,
                       server_wide_modules='base,web,queue_job'):
                for round_ in range(max(1, sizes.repetitions // 2)):
                    tag = f'J{workers}-{round_}'
                    process('copy', count=sizes.jobs, tag=tag)
                    start = time.perf_counter()
                    process('queue_jobs', url=f'{stage.stub.url}/v3/company/91300/invoice', payload=payload, tag=tag)
                    # Enqueuing is not theirs to answer for; the runner has begun meanwhile, which is in its favour.
                    start = time.perf_counter()
                    _until_none(process, 'open_jobs')
                    rates.setdefault(setting, []).append(sizes.jobs / (time.perf_counter() - start))
    return rates, max(max(samples) for samples in rates.values())


def limits(stage: Stage, sizes: Sizes) -> list[Figure]:
    """Documents a minute at Intuit's limits and latency, against what these admit."""
    name = stage.connected('bench_limits')
    shares, per_minute = [], []
    with stage.process(name) as process:
        process('copy', count=sizes.limited, tag='L')
        process('enqueue', tag='L')
        stage.set_stub(latency=LATENCY, limits=True)
        with _odoo(stage, name, stage.machine.addons_path, workers=1, max_cron_threads=1):
            _wake(stage, name)
            if not sizes.windows:
                _until_none(process, 'open_rows')
                return [Figure('limit_share', "documents a minute / what Intuit's limits admit", [0.0])]
            # The first minute begins with an unused allowance; what counts are those after it.
            time.sleep(WINDOW)
            for _window in range(sizes.windows):
                before = process('open_rows')['rows']
                time.sleep(WINDOW)
                per_minute.append((before - process('open_rows')['rows']) / WINDOW * 60)
        counts = stage.stub_counts()
    # One sender, 300 ms a call: 40 batches of 30, and single documents for the rest of the minute.
    most = BATCHES * BATCH + min(REQUESTS - BATCHES, (60 - BATCHES * LATENCY) / LATENCY)
    shares = [figure / most for figure in per_minute]
    return [
        Figure('limit_share', f"documents a minute / the {most:,.0f} that Intuit's limits admit at 300 ms", shares,
               '>= 0.95', {'per_minute': per_minute, 'stub': counts}),
        Figure('documents_per_minute', "documents a minute at Intuit's limits", per_minute),
        Figure('refused_calls', "calls refused for being too many", [counts['refused']], '<= 0'),
    ]


def history(stage: Stage, sizes: Sizes) -> list[Figure]:
    """What an entry costs with few and with many finished rows in the table."""
    costs = {}
    names = {count: stage.connected(f'bench_history_{count}') for count in sizes.history}
    processes = {count: stage.process(name) for count, name in names.items()}
    few, many = sizes.history
    with processes[few] as first, processes[many] as second:
        for count, process in ((few, first), (many, second)):
            process('history', count=count)
        for round_ in range(sizes.repetitions + 1):
            for count, process in sorted([(few, first), (many, second)], key=lambda p: p[0], reverse=bool(round_ % 2)):
                process('copy', count=sizes.drained, tag=f'H{round_}')
                process('enqueue', tag=f'H{round_}')
                done = process('drain')
                costs.setdefault(count, []).append(done['seconds'] / done['documents'] * 1000)
    ratios = [a / b for a, b in zip(costs[many], costs[few], strict=True)][1:]
    return [Figure('history_ratio', f"cost of an entry with {many:,} / {few:,} finished rows", ratios, '<= 1.1',
                   {'ms': {str(count): samples for count, samples in costs.items()}})]


def memory(stage: Stage, sizes: Sizes) -> list[Figure]:
    """The peak memory of a process that drains few and many entries."""
    peaks = {}
    for count in sizes.memory:
        name = stage.connected(f'bench_memory_{count}')
        with stage.process(name) as process:
            process('copy', count=count, tag='M')
            process('enqueue', tag='M')
        with stage.process(name) as process:  # a fresh one: only what draining takes counts
            done = process('drain')
            assert done['documents'] == count, done
            peaks[count] = done['peak_kb'] / 1024
        stage.drop(name)
    few, many = sizes.memory
    return [Figure('memory_ratio', f"peak memory draining {many:,} / {few:,} entries", [peaks[many] / peaks[few]],
                   '<= 1.3', {'mb': {str(count): peak for count, peak in peaks.items()}})]


#: Key of the first figure -> measurement; calls and reads come with the CPU.
ALL = {
    'cpu_ratio': engine, 'posting_ratio': posting, 'vs_queue_job': against_queue_job, 'limit_share': limits,
    'history_ratio': history, 'memory_ratio': memory,
}


def measure(stage: Stage, sizes: Sizes, only: list[str]) -> list[Figure]:
    """Take the measurements, all or only those named."""
    figures = []
    for key, function in ALL.items():
        if not only or key in only:
            say(f"Measuring {key} ...")
            figures += function(stage, sizes)
    return figures


def _odoo(stage: Stage, name: str, path: str, more: str = '', python_path: str = '', **settings) -> server.Service:
    """Return an Odoo server as a service."""
    port = server.free_port()
    conf = stage.configuration(
        name, addons_path=path, http_interface=server.HOST, http_port=port, gevent_port=server.free_port(),
        limit_time_real=600, limit_time_cpu=600, **settings)
    with open(conf, 'a') as file:
        file.write(more)
    machine = stage.with_path(python_path)
    command = machine.odoo_command('-c', str(conf), '--addons-path', path)
    return server.Service(machine, f'bench-odoo-{name}', command, port, '/web/health', 'localhost')


def _wake(stage: Stage, name: str) -> None:
    """Wake the cron that drains, as a hook does."""
    stage.sql(name, "INSERT INTO ir_cron_trigger (cron_id, call_at) "
                    "SELECT cron_id, now() AT TIME ZONE 'UTC' FROM qbo_connection")
    database.sql(stage.machine, f"NOTIFY cron_trigger, '{name}'")


def _until_none(process: Process, what: str) -> None:
    """Ask until nothing is open any more."""
    deadline = time.monotonic() + PATIENCE
    while (left := process(what))['rows']:
        if left.get('failed') or time.monotonic() > deadline:
            raise RuntimeError(f"It does not come to an end: {left}")
        time.sleep(0.1)
