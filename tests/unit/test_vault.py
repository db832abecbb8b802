"""Encryption at rest and its key file."""

import multiprocessing
import os
import stat
import traceback

import pytest
from qbo import vault
from qbo.vault import Vault, VaultError, generate_key, load_or_create_key_file


def test_what_is_encrypted_comes_back():
    box = Vault([generate_key()])
    secret = "token é 東京"
    assert box.decrypt(box.encrypt(secret)) == secret
    assert secret not in box.encrypt(secret)
    assert box.encrypt(secret) != box.encrypt(secret)


def test_keys_are_rotated_by_putting_the_new_one_first():
    old, new = generate_key(), generate_key()
    before = Vault([old]).encrypt('secret')
    assert Vault([new, old]).decrypt(before) == 'secret'
    after = Vault([new, old]).encrypt('secret')
    assert Vault([new]).decrypt(after) == 'secret'
    with pytest.raises(VaultError):
        Vault([old]).decrypt(after)


@pytest.mark.parametrize('damaged', ['', 'x', 'gAAAAA', 'é'])
def test_a_lost_key_is_told_as_such(damaged):
    encrypted = Vault([generate_key()]).encrypt('secret')
    with pytest.raises(VaultError):
        Vault([generate_key()]).decrypt(encrypted)
    with pytest.raises(VaultError):
        Vault([generate_key()]).decrypt(damaged)


@pytest.mark.parametrize('keys', [[], [''], ['not-a-key'], ['secret-key-' + 'x' * 33], [None]])
def test_a_key_that_is_none_is_refused_without_being_quoted(keys):
    with pytest.raises(VaultError) as caught:
        Vault(keys)
    assert 'secret-key' not in ''.join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


def test_the_vault_shows_no_key():
    key = generate_key()
    assert key not in repr(Vault([key]))


def test_a_missing_key_file_is_created_for_its_owner_only(tmp_path):
    path = tmp_path / 'qbo.key'
    old_mask = os.umask(0)
    try:
        [key] = load_or_create_key_file(str(path))
    finally:
        os.umask(old_mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Vault([key]).decrypt(Vault([key]).encrypt('x')) == 'x'
    assert load_or_create_key_file(str(path)) == [key]
    assert os.listdir(tmp_path) == ['qbo.key']


def test_a_key_file_may_hold_older_keys_too(tmp_path):
    path, keys = tmp_path / 'qbo.key', [generate_key(), generate_key()]
    path.write_text('\n'.join(keys) + '\n')
    assert load_or_create_key_file(str(path)) == keys


def test_an_empty_key_file_is_an_error_and_left_alone(tmp_path):
    path = tmp_path / 'qbo.key'
    path.touch()
    with pytest.raises(VaultError):
        load_or_create_key_file(str(path))
    assert path.read_bytes() == b''


def test_a_folder_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(OSError):
        load_or_create_key_file(str(tmp_path / 'nowhere' / 'qbo.key'))


def test_a_process_that_comes_second_takes_the_first_ones_key(tmp_path, monkeypatch):
    path = tmp_path / 'qbo.key'
    [first] = load_or_create_key_file(str(path))
    # The second process looked before the first one had written.
    monkeypatch.setattr(vault.os.path, 'exists', lambda _path: False)
    assert load_or_create_key_file(str(path)) == [first]
    assert os.listdir(tmp_path) == ['qbo.key']


def _race(barrier, path, results):
    barrier.wait()
    results.put(load_or_create_key_file(path))


def test_processes_that_start_at_once_share_one_key(tmp_path):
    context = multiprocessing.get_context('fork')
    barrier, results, path = context.Barrier(8), context.Queue(), str(tmp_path / 'qbo.key')
    racers = [context.Process(target=_race, args=(barrier, path, results)) for _number in range(8)]
    for racer in racers:
        racer.start()
    keys = [tuple(results.get(timeout=30)) for _racer in racers]
    for racer in racers:
        racer.join()
    assert len(set(keys)) == 1 and len(keys[0]) == 1
    assert os.listdir(tmp_path) == ['qbo.key']
