"""Each text can be translated, and is, in the languages that are shipped."""

import io
import re
from pathlib import Path

import polib

from odoo.tests import tagged
from odoo.tests.common import TransactionCase
from odoo.tools.translate import trans_export

FOLDER = Path(__file__).parents[2] / 'qbo_connector/i18n'
LANGUAGES = ('de', 'es', 'fr')
WORDS = re.compile(r'\b(title|aria-label|placeholder|string)="[^"]*"')  # attributes that are read by people
PLACEHOLDER = re.compile(r'%(?:\(\w+\))?[-+#0]*\d*(?:\.\d+)?[sdifgr%]|<[^>]+>')


def shape(text):
    """Return what a translation must keep of a text: placeholders and tags, and blanks at its ends."""
    found = PLACEHOLDER.findall(WORDS.sub(r'\1=""', text))
    return sorted(found), text[:1].isspace(), text[-1:].isspace()


@tagged('post_install', '-at_install')
class TestTranslations(TransactionCase):
    """The template and the languages."""

    def test_the_template_holds_the_texts_of_today(self):
        """``make translations`` writes it."""
        exported = io.BytesIO()
        trans_export(None, ['qbo_connector'], exported, 'po', self.env)
        template = polib.pofile(FOLDER / 'qbo_connector.pot')
        today = {entry.msgid for entry in polib.pofile(exported.getvalue().decode())}
        self.assertEqual({entry.msgid for entry in template}, today)

    def test_each_language_is_complete_and_keeps_placeholders(self):
        template = {entry.msgid for entry in polib.pofile(FOLDER / 'qbo_connector.pot')}
        for language in LANGUAGES:
            with self.subTest(language=language):
                entries = polib.pofile(FOLDER / f'{language}.po')
                self.assertEqual({entry.msgid for entry in entries if entry.msgstr and not entry.fuzzy}, template)
                for entry in entries:
                    self.assertEqual(shape(entry.msgstr), shape(entry.msgid))
