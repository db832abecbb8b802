"""The template of all texts, and what each language lacks of it: ``make translations``."""
from . import database
from .machine import Machine
from .paths import REPO, say

ADDON = 'qbo_connector'
FOLDER = REPO / ADDON / 'i18n'
# Texts that are gone leave the file; new ones arrive without a translation, never with that of a similar text.
MERGE = """
import sys, polib
template = polib.pofile(sys.argv[1])
for path in sys.argv[2:]:
    language = polib.pofile(path)
    language.merge(template)
    for entry in language.obsolete_entries():
        language.remove(entry)
    for entry in language.fuzzy_entries():
        entry.flags.remove('fuzzy')
        entry.msgstr = ''
    language.save()
    print(path, len(language.untranslated_entries()), 'to translate')
"""


def update(machine: Machine) -> None:
    """Write the template anew from a database with the addon, and bring the files of all languages in line with it."""
    name = database.own_copy(machine, 'translations')
    try:
        conf = database.configuration(machine, name, log_level='warn', http_enable=False)
        machine.run(machine.python, machine.odoo.binary, 'i18n', 'export', '-c', conf, '-d', name, ADDON)
    finally:
        database.drop(machine, name)
    languages = sorted(FOLDER.glob('*.po'))
    say(machine.run(machine.python, '-c', MERGE, FOLDER / f'{ADDON}.pot', *languages,
                    capture_output=True, text=True).stdout)
