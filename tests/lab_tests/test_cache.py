"""What the lab builds is whole or not there."""
import pytest

from tests.lab import paths


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))


def test_a_second_run_takes_what_the_first_completed():
    built = []
    first = paths.built_once('thing', built.append)
    assert paths.built_once('thing', built.append) == first
    assert built == [first]


def test_what_an_interrupted_run_left_is_built_anew():
    def interrupted(folder):
        (folder / 'half').touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        paths.built_once('thing', interrupted)
    folder = paths.built_once('thing', lambda folder: (folder / 'whole').touch())
    assert sorted(path.name for path in folder.iterdir()) == ['.complete', 'whole']
