"""What `make bench` measures, and in which order."""
from tests.lab.paths import say

from . import burst, measures, rates
from .figures import Figure, number
from .measures import Sizes
from .stage import Stage

#: Keys of the figures that a measurement is asked for by -> measurement.
ALL = {
    ('cpu_ratio', 'calls_per_document', 'metered_reads_per_document'): measures.engine,
    ('posting_ratio',): measures.posting,
    ('vs_queue_job',): rates.against_queue_job,
    ('limit_share',): rates.limits,
    ('history_ratio',): measures.history,
    ('memory_ratio',): measures.memory,
    ('webhook_burst',): burst.webhooks,
    ('reconcile_ratio', 'reconcile_memory_ratio'): measures.reconciliation,
}
KEYS = [key for names in ALL for key in names]


def keys(text: str) -> list[str]:
    """Read a list of keys as typed: with commas or blanks between them; raise ValueError for an unknown one."""
    wanted = text.replace(',', ' ').split()
    if unknown := [key for key in wanted if key not in KEYS]:
        raise ValueError(f"There is no {', '.join(unknown)}")
    return wanted


def measure(stage: Stage, sizes: Sizes, only: list[str] = KEYS) -> list[Figure]:
    """Take the measurements, all or only those that yield the figures named."""
    figures = []
    for names, function in ALL.items():
        if not set(names).isdisjoint(only):
            say(f"Measuring {', '.join(names)} ...")
            stage.set_stub()  # whatever the one before made of it
            found = function(stage, sizes)
            say('\n'.join(f"    {figure.title}: {number(figure.median)}" for figure in found))
            figures += found
    return figures
