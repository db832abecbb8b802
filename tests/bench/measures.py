"""The measurements inside one process, one function each; all return figures. Those of servers are in :mod:`.rates`."""
from dataclasses import dataclass

from tests.lab.paths import BUILD

from .figures import Figure, pairwise
from .stage import REALM, Process, Stage

CHANNELS = ((4, 4), (2, 2), (6, 6))  # (HTTP workers, capacity of the root channel) that are tried for queue_job


@dataclass(frozen=True)
class Sizes:
    """How much is measured: all of it, or so little that one sees only that it works.

    :param burst: seconds of webhooks
    :param profile: whether a profile of the engine is written as well
    """

    repetitions: int = 5
    posted: int = 1000
    drained: int = 900
    rate: int = 3000
    jobs: int = 1000
    channels: tuple = CHANNELS
    windows: int = 3
    limited: int = 6000
    history: tuple = (1_000, 1_000_000)
    memory: tuple = (1_000, 100_000)
    burst: int = 10
    reconciled: tuple = (1_000, 10_000, 100_000)
    profile: bool = False


QUICK = Sizes(repetitions=1, posted=40, drained=60, rate=120, jobs=40, channels=((2, 2),), windows=0, limited=90,
              history=(100, 2_000), memory=(60, 300), burst=1, reconciled=(60, 120, 300))


def posting(stage: Stage, sizes: Sizes) -> list[Figure]:
    """Posting invoices with the addon connected, against a database that never saw it."""
    seconds, cpu, queries = {}, {}, {}
    with (stage.process(stage.connected('with')) as ours, stage.process(stage.plain('without')) as plain):
        for round_ in range(sizes.repetitions + 1):  # the first one warms up
            for name, process in _in_turns({'with': ours, 'without': plain}, round_):
                process('copy', count=sizes.posted, state='draft', tag=f'P{round_}')
                result = process('post', tag=f'P{round_}')
                assert result['documents'] == sizes.posted, result
                if round_:
                    seconds.setdefault(name, []).append(result['seconds'])
                    cpu.setdefault(name, []).append(result['cpu'])
                    queries.setdefault(name, []).append(result['queries'])
    more = [a - b for a, b in zip(queries['with'], queries['without'], strict=True)]
    what = f"posting {sizes.posted:,} invoices, connected / without the addon"
    return [
        Figure('posting_ratio', what, pairwise(seconds['with'], seconds['without']), '<= 1.03',
               raw={'seconds': seconds, 'cpu': cpu, 'queries': queries}),
        Figure('posting_cpu_ratio', f"CPU of {what}", pairwise(cpu['with'], cpu['without'])),
        Figure('posting_more_queries', "queries more, for all of them", more, unit='queries'),
    ]


def engine(stage: Stage, sizes: Sizes) -> list[Figure]:
    """CPU of our process for one invoice, against one bare request; calls and reads on the way."""
    ours, bare, database_cpu, calls, reads = [], [], [], [], []
    with stage.process(stage.connected('cpu')) as process:
        _drain(process, sizes.drained, 'C')  # warms up
        # These runs are short, and a machine's speed wavers: many of them, half of the bare ones before and half after.
        for round_ in range(2 * sizes.repetitions):
            least = process('bare', url=invoices(stage), count=sizes.drained // 2)['cpu']
            stage.set_stub()
            done = _drain(process, sizes.drained, f'C{round_}')
            counts = stage.stub_counts()
            least += process('bare', url=invoices(stage), count=sizes.drained // 2)['cpu']
            bare.append(least / sizes.drained * 1000)
            ours.append(done['cpu'] / sizes.drained * 1000)
            database_cpu.append(done['database_cpu'] / sizes.drained * 1000)
            calls.append((counts['write'] + counts['batch'] + counts['read']) / sizes.drained)
            reads.append(counts['read'] / sizes.drained)
        if sizes.profile:
            _drain(process, sizes.drained, 'CP', profile=str(BUILD / 'bench-profile.txt'))
    return [
        Figure('cpu_ratio', "CPU of a pushed invoice of 5 lines / of a bare request of the same JSON",
               pairwise(ours, bare), '<= 2', raw={'ms': ours, 'bare_ms': bare, 'postgresql_ms': database_cpu}),
        Figure('cpu_ms', "CPU of a pushed invoice, ms", ours, unit='ms'),
        Figure('bare_cpu_ms', "CPU of a bare request, ms", bare, unit='ms'),
        Figure('postgresql_cpu_ms', "CPU of PostgreSQL for a pushed invoice, ms", database_cpu, unit='ms'),
        Figure('calls_per_document', "API calls a document, while many wait", calls, unit='calls'),
        Figure('metered_reads_per_document', "metered reads a document", reads, '<= 0', 'calls'),
    ]


def history(stage: Stage, sizes: Sizes) -> list[Figure]:
    """What an entry costs with few and with many finished rows in the table."""
    few, many = sizes.history
    seconds, cpu = {few: [], many: []}, {few: [], many: []}
    with (stage.process(stage.connected('few')) as first, stage.process(stage.connected('many')) as second):
        processes = {few: first, many: second}
        for count, process in processes.items():
            process('history', count=count)
        for round_ in range(sizes.repetitions + 1):  # the first one warms up
            for count, process in _in_turns(processes, round_):
                done = _drain(process, sizes.drained, f'H{round_}')
                if round_:
                    seconds[count].append(done['seconds'] / done['documents'] * 1000)
                    cpu[count].append((done['cpu'] + done['database_cpu']) / done['documents'] * 1000)
    what = f"an entry with {many:,} / {few:,} finished rows"
    return [
        Figure('history_ratio', f"time of {what}", pairwise(seconds[many], seconds[few]), '<= 1.1',
               raw={'ms': seconds, 'cpu_ms': cpu}),
        Figure('history_cpu_ratio', f"CPU, PostgreSQL's included, of {what}", pairwise(cpu[many], cpu[few])),
    ]


def memory(stage: Stage, sizes: Sizes) -> list[Figure]:
    """The peak memory of a process that drains few and many entries."""
    peaks, rates = {}, {}
    name = stage.connected('memory')
    with stage.process(name) as maker:
        for count in sizes.memory:
            maker('copy', count=count, tag=f'M{count}')
            maker('enqueue', tag=f'M{count}')
            with stage.process(name) as process:  # a fresh one: only what draining takes counts
                done = process('drain')
            assert done['documents'] == count, done
            peaks[count] = done['peak_kb'] / 1024
            rates[count] = count / done['seconds']
    few, many = sizes.memory
    return [
        Figure('memory_ratio', f"peak memory draining {many:,} / {few:,} entries", [peaks[many] / peaks[few]], '<= 1.3',
               raw={'mb': peaks, 'entries_per_second': rates}),
        Figure('memory_mb', f"peak memory draining {many:,} entries, MB", [peaks[many]], unit='MB'),
    ]


def reconciliation(stage: Stage, sizes: Sizes) -> list[Figure]:
    """Time and peak memory of comparing books of several sizes, each in a process of its own."""
    milliseconds, seconds, peaks, reads = {}, {}, {}, {}
    for count in sizes.reconciled:
        name = stage.connected(f'reconcile{count}')
        with stage.process(name) as maker:
            maker('copy', count=count, tag='R')
            stage.stub_books(maker('books', tag='R'))
        with stage.process(name) as process:  # a fresh one: only what comparing takes counts
            done = process('reconcile')
        assert (done['documents'], done['state']) == (count, 'clean'), done
        seconds[count], milliseconds[count] = done['seconds'], done['seconds'] / count * 1000
        peaks[count], reads[count] = done['peak_kb'] / 1024, done['reads']
    few, middle, many = sizes.reconciled
    raw = {'seconds': seconds, 'mb': peaks, 'reads': reads}
    return [
        Figure('reconcile_ratio', f"time a document of comparing {many:,} / {middle:,}",
               [milliseconds[many] / milliseconds[middle]], '<= 1.3', raw=raw),
        Figure('reconcile_memory_ratio', f"peak memory comparing {many:,} / {few:,} documents",
               [peaks[many] / peaks[few]], '<= 1.3', raw=raw),
        *(Figure(f'reconcile_seconds_{count}', f"comparing {count:,} documents, seconds", [seconds[count]], unit='s')
          for count in sizes.reconciled),
        *(Figure(f'reconcile_mb_{count}', f"peak memory comparing {count:,} documents, MB", [peaks[count]], unit='MB')
          for count in sizes.reconciled),
    ]


def _drain(process: Process, count: int, tag: str, **options) -> dict:
    """Have some invoices made, enqueued and pushed; return what that took."""
    process('copy', count=count, tag=tag)
    process('enqueue', tag=tag)
    done = process('drain', **options)
    assert done['documents'] == count, done
    return done


def _in_turns(named: dict, round_: int) -> list[tuple]:
    """Return the items, the other way round each time: neither shall always be the one on the warmer machine."""
    items = list(named.items())
    return items[::-1] if round_ % 2 else items


def invoices(stage: Stage) -> str:
    """Return where invoices are posted to."""
    return f'{stage.stub.url}/v3/company/{REALM}/invoice'
