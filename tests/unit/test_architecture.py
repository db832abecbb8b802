"""The arrows of the architecture, checked on the syntax tree."""

import ast
import sys
from pathlib import Path

import pytest

ADDON = Path(__file__).resolve().parents[2] / 'qbo_connector'
CORE = ADDON / 'qbo'

CORE_FILES = sorted(CORE.rglob('*.py'))
ADDON_FILES = sorted(path for path in ADDON.rglob('*.py') if CORE not in path.parents)
EVERYTHING = CORE_FILES + ADDON_FILES

# requests brings urllib3 along, whose errors tell a refused connection from a lost answer.
ALLOWED_IN_CORE = {'requests', 'urllib3', 'cryptography'}

ENGINE = [
    *(path.name for path in sorted((ADDON / 'models').glob('qbo_queue_*.py'))), 'qbo_syncable.py', 'qbo_binding.py']

#: Hooks on Odoo's own models: they say that something happened, not what to do about it.
HOOKS = sorted(
    path for path in (ADDON / 'models').glob('*.py') if path.name.startswith(('account_', 'product', 'res_')))


def name_of(path):
    """Identify a file in the test's name."""
    return str(path.relative_to(ADDON))


def tree_of(path):
    """Parse a file."""
    return ast.parse(path.read_text(encoding='utf-8'), str(path))


def absolute_imports(path):
    """Return the top-level packages that a file imports by absolute name."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition('.')[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition('.')[0])
    return found


def test_there_is_something_to_check():
    assert len(CORE_FILES) > 15
    assert len(ADDON_FILES) > 15
    assert {'account_move.py', 'account_payment.py', 'res_partner.py'} <= {path.name for path in HOOKS}


@pytest.mark.parametrize('path', CORE_FILES, ids=name_of)
def test_the_core_imports_nothing_but_itself_the_standard_library_requests_and_cryptography(path):
    assert not absolute_imports(path) - ALLOWED_IN_CORE - set(sys.stdlib_module_names)


@pytest.mark.parametrize('path', CORE_FILES, ids=name_of)
def test_relative_imports_of_the_core_stay_inside_it(path):
    depth = len(path.relative_to(CORE).parts)
    levels = [node.level for node in ast.walk(tree_of(path)) if isinstance(node, ast.ImportFrom)]
    assert max(levels, default=0) <= depth


@pytest.mark.parametrize('path', ADDON_FILES, ids=name_of)
def test_nothing_outside_the_core_talks_http_or_encrypts(path):
    assert not absolute_imports(path) & {'requests', 'urllib3', 'httpx', 'http', 'cryptography'}


def test_everything_is_caught_at_one_place_only():
    places = [
        name_of(path) for path in EVERYTHING for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler) and catches_everything(node.type)
    ]
    assert places == ['models/qbo_isolating.py']


def catches_everything(caught):
    """Tell whether an except clause is bare, or names Exception or BaseException."""
    if caught is None:
        return True
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(isinstance(name, ast.Name) and name.id in ('Exception', 'BaseException') for name in names)


@pytest.mark.parametrize('path', EVERYTHING, ids=name_of)
def test_no_text_is_run_as_code(path):
    calls = {
        node.func.id for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {'eval', 'exec', 'compile', 'safe_eval'}


@pytest.mark.parametrize('path', HOOKS, ids=name_of)
def test_hooks_do_not_name_handlers(path):
    assert 'qbo.entity' not in path.read_text(encoding='utf-8')


@pytest.mark.parametrize('name', ENGINE)
def test_the_engine_names_no_entity(name):
    texts = {node.value for node in ast.walk(tree_of(ADDON / 'models' / name)) if isinstance(node, ast.Constant)}
    assert not texts & {'Customer', 'Item', 'Invoice', 'CreditMemo', 'Payment'}


def test_transactions_are_committed_by_the_drain_and_by_the_token_refresh_only():
    places = {
        name_of(path) for path in EVERYTHING for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in ('commit', '_commit_progress')
    }
    assert places == {'models/qbo_queue_drain.py', 'models/qbo_credential.py'}


@pytest.mark.parametrize('path', EVERYTHING, ids=name_of)
def test_modules_classes_and_public_functions_are_documented(path):
    tree = tree_of(path)
    assert ast.get_docstring(tree) or path.name == '__manifest__.py'
    public = [
        node for node in tree.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith('_')
    ]
    methods = [
        method for node in public if isinstance(node, ast.ClassDef) for method in node.body
        if isinstance(method, ast.FunctionDef) and not method.name.startswith('_')
    ]
    assert not [node.name for node in public + methods if not ast.get_docstring(node)]


@pytest.mark.parametrize('path', CORE_FILES, ids=name_of)
def test_files_of_the_core_fit_on_a_few_screens_and_functions_on_one(path):
    assert len(path.read_text(encoding='utf-8').splitlines()) <= 300
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 50, node.name
