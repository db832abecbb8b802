"""The measurements of real servers: entries a second beside OCA queue_job, documents a minute at Intuit's limits."""
import statistics
import time

from tests.lab import server

from .figures import Figure
from .measures import Sizes, invoices
from .stage import ADDONS, Process, Stage, log_of, queue_job

LATENCY = 0.3  # seconds, about what Intuit takes
BATCHES, BATCH, REQUESTS = 40, 30, 500  # Intuit's limits a minute
WINDOW = 61  # seconds: the connector's minute (qbo/limiter.py), so that every window has one of its rounds
PATIENCE = 600
LOOK = 0.05  # seconds between two looks at a queue

#: What the limits admit to one sender, one call after the other: 40 batches take 12 s, 48 s are left for documents
#: that go alone, 160 of them.
MOST = BATCHES * BATCH + min(REQUESTS - BATCHES, (60 - BATCHES * LATENCY) / LATENCY)
#: What they would admit to several senders at once.
MOST_AT_ONCE = BATCHES * BATCH + REQUESTS - BATCHES


def against_queue_job(stage: Stage, sizes: Sizes) -> list[Figure]:
    """Entries a second of a real server, against OCA queue_job at its best."""
    ours, payload = _our_rates(stage, sizes)
    theirs = _queue_job_rates(stage, sizes, payload)
    best = max(theirs, key=lambda setting: statistics.median(theirs[setting]))
    rate = statistics.median(theirs[best])
    return [
        Figure('vs_queue_job', "entries a second / of OCA queue_job", [own / rate for own in ours], '>= 5',
               raw={'ours': ours, 'queue_job': theirs}),
        Figure('entries_per_second', "entries a second", ours, unit='entries/s'),
        Figure('queue_job_per_second', f"jobs a second of OCA queue_job, {best}", theirs[best], unit='jobs/s'),
    ]


def _our_rates(stage: Stage, sizes: Sizes) -> tuple[list[float], dict]:
    """Return entries a second, and the payload of one of them."""
    name = stage.connected('rate')
    stage.set_stub()
    rates = []
    settings = {'workers': 1, 'max_cron_threads': 1, 'server_wide_modules': 'base,web,qbo_connector_unlimited'}
    with stage.process(name) as process, odoo(stage, name, f'{stage.machine.addons_path},{ADDONS}', **settings):
        for round_ in range(sizes.repetitions + 1):  # the first one warms up
            process('copy', count=sizes.rate, tag=f'R{round_}')
            process('enqueue', tag=f'R{round_}')
            start = time.perf_counter()
            process('wake')
            _until_none(process, 'open_rows')
            rates.append(sizes.rate / (time.perf_counter() - start))
        payload = process('bare', url=invoices(stage), count=1)['payload']
    return rates[1:], payload


def _queue_job_rates(stage: Stage, sizes: Sizes, payload: dict) -> dict[str, list[float]]:
    """Return jobs a second of each setting."""
    name = stage.plain('queue_job')
    library = queue_job(stage.machine)
    path = stage.install(name, 'queue_job,queue_job_push', f'{ADDONS},{library}/odoo/addons')
    rates = {}
    with stage.process(name, addons_path=path, python_path=str(library)) as process:
        for workers, capacity in sizes.channels:
            channels = f'\n[queue_job]\nchannels = root:{capacity}\n'
            settings = {'workers': workers, 'server_wide_modules': 'base,web,queue_job'}
            with odoo(stage, name, path, channels, str(library), **settings):
                for round_ in range(sizes.repetitions + 1):  # the first one warms up
                    process('queue_jobs', url=invoices(stage), payload=payload, count=sizes.jobs)
                    # Enqueuing is not counted; that the runner has begun when it is committed is in its favour.
                    start = time.perf_counter()
                    _until_none(process, 'open_jobs')
                    if round_:
                        setting = f'{workers} workers, root:{capacity}'
                        rates.setdefault(setting, []).append(sizes.jobs / (time.perf_counter() - start))
                    process('forget_jobs')
    return rates


def limits(stage: Stage, sizes: Sizes) -> list[Figure]:
    """Documents a minute at Intuit's limits and latency, against what these admit."""
    name = stage.connected('limits')
    per_minute = []
    with stage.process(name) as process:
        process('copy', count=sizes.limited, tag='L')
        process('enqueue', tag='L')
        stage.set_stub(latency=LATENCY, limits=True)
        with odoo(stage, name, stage.machine.addons_path, workers=1, max_cron_threads=1):
            start = time.perf_counter()
            process('wake')
            if sizes.windows:
                # The first minute begins with an unused allowance; what counts are those after it.
                time.sleep(WINDOW)
            else:
                _until_none(process, 'open_rows')
                per_minute.append(sizes.limited / (time.perf_counter() - start) * 60)
            for _window in range(sizes.windows):
                before, start = process('open_rows')['rows'], time.perf_counter()
                time.sleep(WINDOW)
                left = process('open_rows')['rows']
                assert left, "There was not enough to send"
                per_minute.append((before - left) / (time.perf_counter() - start) * 60)
        counts = stage.stub_counts()
    raw = {'per_minute': per_minute, 'most': MOST, 'most_at_once': MOST_AT_ONCE, 'stub': counts}
    return [
        Figure('limit_share', f"documents a minute / the {MOST:,.0f} that Intuit's limits and 300 ms a call admit",
               [figure / MOST for figure in per_minute], '>= 0.95', raw=raw),
        Figure('limit_share_at_once', f"the same / the {MOST_AT_ONCE:,} that they admit to several senders at once",
               [figure / MOST_AT_ONCE for figure in per_minute]),
        Figure('limit_share_of_batches', f"the same / the {BATCHES * BATCH:,} of batches alone",
               [figure / (BATCHES * BATCH) for figure in per_minute]),
        Figure('documents_per_minute', "documents a minute at Intuit's limits", per_minute, unit='documents/min'),
        Figure('refused_calls', "calls refused for being too many", [counts['refused']], '<= 0', 'calls'),
    ]


def odoo(stage: Stage, name: str, path: str, more: str = '', python_path: str = '', **settings) -> server.Service:
    """Return an Odoo server as a service; `more` is added to its configuration."""
    port = server.free_port()
    conf = stage.configuration(
        name, addons_path=path, http_port=port, gevent_port=server.free_port(), limit_time_real=600,
        limit_time_cpu=600, **settings)
    with open(conf, 'a') as file:
        file.write(more)
    machine = stage.with_path(python_path)
    command = machine.odoo_command('-c', str(conf), '--addons-path', path)
    return server.Service(machine, log_of(name, 'server').stem, command, port, '/web/health', 'localhost')


def _until_none(process: Process, what: str) -> None:
    """Look until nothing is open any more."""
    deadline = time.monotonic() + PATIENCE
    while (left := process(what))['rows']:
        if left['failed'] or time.monotonic() > deadline:
            raise RuntimeError(f"It does not come to an end: {left}")
        time.sleep(LOOK)
