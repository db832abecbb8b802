"""The documentation holds together: links lead somewhere, pictures exist, quoted code is the real one."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

REPO = Path(__file__).resolve().parents[2]
DOCS = REPO / 'docs'
APP_PAGE = REPO / 'qbo_connector/static/description/index.html'
EXAMPLE = REPO / 'tests/addons/qbo_connector_class'
PAGES = sorted([REPO / 'README.md', REPO / 'CHANGELOG.md', REPO / 'tests/README.md', *DOCS.glob('*.md')])
PICTURE_LIMIT = 80_000  # bytes

_CODE = re.compile(r'```.*?```|`[^`\n]*`', re.DOTALL)
_LINK = re.compile(r'\]\(([^)\s]+)\)')
_HEADING = re.compile(r'^#+ (.+)$', re.MULTILINE)


def name_of(path):
    """Identify a file in the test's name."""
    return str(path.relative_to(REPO))


def links_of(page):
    """Return the relative links and pictures of a page, as written."""
    return [link for link in _LINK.findall(_CODE.sub('', page.read_text(encoding='utf-8')))
            if not re.match(r'[a-z]+:', link)]


def anchors_of(page):
    """Return the anchors that GitHub gives the headings of a page."""
    text = re.sub(r'```.*?```', '', page.read_text(encoding='utf-8'), flags=re.DOTALL)
    return {re.sub(r'[^\w\- ]', '', heading.strip().lower()).replace(' ', '-') for heading in _HEADING.findall(text)}


def snippets_of(page, language):
    """Return the code blocks of a language in a page."""
    return re.findall(rf'^```{language}\n(.*?)^```', page.read_text(encoding='utf-8'), re.DOTALL | re.MULTILINE)


def pictures():
    """Return all pictures of the documentation and of the app's page, its icon left out."""
    return [path for folder in (DOCS / 'images', APP_PAGE.parent) for path in sorted(folder.glob('*.png'))
            if path.name != 'icon.png']


@pytest.mark.parametrize('page', PAGES, ids=name_of)
def test_every_relative_link_leads_to_a_file_and_a_heading_that_exist(page):
    for link in links_of(page):
        target, _, anchor = link.partition('#')
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), link
        assert not anchor or anchor in anchors_of(file), link


def test_every_page_is_linked_from_the_table_of_contents():
    linked = {(DOCS / link.partition('#')[0]).resolve() for link in links_of(DOCS / 'README.md')}
    assert not {path for path in DOCS.glob('*.md') if path.name != 'README.md'} - linked
    assert DOCS / 'README.md' in {(REPO / link.partition('#')[0]).resolve() for link in links_of(REPO / 'README.md')}


def test_the_page_of_the_app_shows_pictures_that_lie_beside_it_and_runs_nothing():
    text = APP_PAGE.read_text(encoding='utf-8')
    sources = re.findall(r'src="([^"]+)"', text)
    assert sources and all((APP_PAGE.parent / source).is_file() for source in sources)
    # The Apps store takes bootstrap classes and inline styles, no scripts, styles, frames or links to elsewhere.
    assert not re.search(r'<(script|style|link|iframe|form|object)\b|\son\w+=|https?://', text, re.IGNORECASE)


def test_every_picture_is_shown_somewhere_and_small():
    texts = [path.read_text(encoding='utf-8') for path in (*PAGES, APP_PAGE)]
    assert pictures()
    for path in pictures():
        assert any(path.name in text for text in texts), f"{path.name} is shown nowhere"
        assert path.stat().st_size < PICTURE_LIMIT, path.name


def test_the_code_that_the_manual_for_developers_quotes_stands_in_the_tested_addon():
    snippets = snippets_of(DOCS / 'extending.md', 'python')
    sources = [path.read_text(encoding='utf-8') for path in sorted(EXAMPLE.glob('*.py'))]
    assert len(snippets) >= 4
    for snippet in snippets:
        assert any(snippet in source for source in sources), snippet


def menus():
    """Return the menus of the addon as paths of names, such as "QuickBooks > Reporting > Push Log"."""
    nodes = {node.get('id'): node for path in sorted((REPO / 'qbo_connector/views').glob('*.xml'))
             for node in ElementTree.parse(path).iter('menuitem')}

    def path_of(node):
        parent = nodes.get(node.get('parent'))
        return f"{path_of(parent)} > {node.get('name')}" if parent is not None else node.get('name')
    return {path_of(node) for node in nodes.values()}


@pytest.mark.parametrize('page', PAGES, ids=name_of)
def test_every_menu_that_the_manual_names_exists(page):
    text = ' '.join(page.read_text(encoding='utf-8').split())
    named = re.findall(r'\*(QuickBooks > [^*]+)\*', text)
    assert all(any(path.startswith(menu) for menu in menus()) for path in named), (named, menus())
