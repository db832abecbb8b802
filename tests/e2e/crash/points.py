"""The points: every statement of what takes part in prepare, deliver and settle, found in the source itself."""
import ast
import functools
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

# The drain itself: each statement here has to be reached by some scenario, and each is a point.
DRAIN = ('models/qbo_queue_drain.py', 'models/qbo_queue_push.py', 'models/qbo_queue_outcome.py',
         'models/qbo_push_batch_feed.py', 'models/qbo_isolating.py')
# What it calls. Between two effects (a commit, an HTTP call) nothing leaves the process, so wherever it is killed there
# the same is left behind: the first statement after each effect is a point.
HELPERS = (
    'models/qbo_queue_entry.py', 'models/qbo_binding.py', 'models/qbo_governor.py', 'models/qbo_usage.py',
    'models/own_cursor.py', 'models/qbo_connection_sending.py', 'models/qbo_mapping.py', 'entities/qbo_entity.py',
    'entities/named.py', 'entities/sales_document.py', 'entities/payment.py', 'entities/customer.py',
    'entities/item.py', 'qbo/client.py', 'qbo/batch.py', 'models/qbo_change.py', 'models/qbo_change_drain.py',
    'models/qbo_receipt.py', 'models/qbo_receipt_booking.py', 'entities/payment_in.py',
)
ABSTRACT = 'raise NotImplementedError'  # is never reached


@dataclass(frozen=True, order=True)
class Point:
    """One statement, before which a process can be killed."""

    file: str
    line: int
    function: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.function}: {self.text}"


@functools.cache
def points_of(folder: Path, file: str) -> dict[int, Point]:
    """Return ``{line: point}`` of a source file; each line of a statement stands for the whole statement."""
    source = (folder / file).read_text()
    lines = source.splitlines()
    found = {}
    for name, node in _functions(ast.parse(source), ''):
        for statement in _statements(node):
            if lines[statement.lineno - 1].strip() == ABSTRACT:
                continue
            point = Point(file, statement.lineno, name, lines[statement.lineno - 1].strip())
            found.update(dict.fromkeys(range(statement.lineno, _last_line(statement) + 1), point))
    return found


def _functions(node: ast.AST, path: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for child in ast.iter_child_nodes(node):
        name = f'{path}.{child.name}' if path and hasattr(child, 'name') else getattr(child, 'name', path) or path
        if isinstance(child, ast.FunctionDef):
            yield name, child
        yield from _functions(child, name)


def _statements(function: ast.FunctionDef) -> Iterator[ast.stmt | ast.ExceptHandler]:
    """Yield the statements of a function, without its docstring and without those of functions inside of it."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.stmt, ast.ExceptHandler)):
            yield node
        if not isinstance(node, (ast.FunctionDef, ast.expr)):
            waiting.extend(ast.iter_child_nodes(node))


def _last_line(statement: ast.stmt | ast.ExceptHandler) -> int:
    """Return where the statement ends, or where its head ends if there are statements inside of it."""
    inside = getattr(statement, 'body', None)
    return max(statement.lineno, inside[0].lineno - 1) if inside else statement.end_lineno


class Watch:
    """Tells of each point that this process is about to pass; use it as a context manager.

    :param Path folder: the addon
    :param tell: called with (point, how often it was passed by now)
    :param Point only: tell of this one alone, which is quicker
    """

    def __init__(self, folder: Path, tell: Callable[[Point, int], None], only: Point | None = None):
        files = (only.file,) if only else (*DRAIN, *HELPERS)
        self._points = {str(folder / file): points_of(folder, file) for file in files}
        self._only = only
        self._tell = tell
        self._passed: Counter = Counter()

    def __enter__(self) -> 'Watch':
        sys.settrace(self._call)
        return self

    def __exit__(self, *_exception) -> None:
        sys.settrace(None)

    def _call(self, frame, _event, _argument):
        code = frame.f_code
        points = self._points.get(code.co_filename)
        # Comprehensions and lambdas are parts of the statement that they stand in.
        if points is None or code.co_name[0] == '<' or (
                self._only and code.co_name != self._only.function.rpartition('.')[2]):
            return None
        passing = None

        def line(frame, event, _argument):
            nonlocal passing
            if event == 'line' and (point := points.get(frame.f_lineno)) is not passing:
                passing = point
                if point is not None:
                    self._passed[point] += 1
                    self._tell(point, self._passed[point])
            return line

        return line
