"""What the simulator can be told to do otherwise, where the real behaviour is not known for certain.

A switch is set for all companies through `Simulator(**switches)` or `POST /_sim/seed {"switches": {...}}`,
and for one company through the same names in its seed under "switches".
"""

DEFAULTS = {
    # OAuth
    'access_token_seconds': 3600,
    'refresh_token_seconds': 8726400,       # 101 days, as Intuit's samples show; treat as data
    'refresh_rotation_seconds': 86400,      # the value changes on the first refresh after about a day
    'refresh_grace_seconds': 0,             # how long the old value lives on after a rotation: not documented
    'refresh_race_revokes': False,          # a stale refresh token (or reused code) revokes the whole grant
    'refresh_hard_seconds': 157680000,      # five years from consent
    'invalid_grant_description': False,     # both bodies occur in the wild
    # Transport
    'rate_limits': False,                   # 500 a minute per company, 10 a second per company and app
    'throttle_format': 'json',              # or xml, as recorded in 2016
    'retry_after': None,                    # value of a Retry-After header on 429, if any
    'requestid_seconds': 86400,             # how long answers are kept for replay: not documented
    'requestid_conflict': 'fault',          # same id, other content: 'fault' (600) or 'replay'
    'requestid_faults': 'batch',            # refusals that are kept for replay: 'none', those of 'batch' items, 'all'
    'batch_bid': 'refuse',                  # a bId missing or used twice: 'refuse' the whole batch, or 'keep' going
    # Rules
    'inactive_reference_code': 610,         # or 2500: both were reported
    'forbidden_character_code': 2040,
    'beyond_bmp': 'refuse',                 # emoji in any text: 'refuse' or 'keep'
    'duplicate_number_warning': True,       # the user's "warn if duplicate number is used"; off = no 6140
    'delete_paid': 'refuse',                # delete of a document with applied payments: 'refuse' or 'unlink'
    'void_paid': 'refuse',                  # void of an invoice with applied payments: 'refuse' or 'unlink'
    'customer_change_paid': 'refuse',       # another customer on a document with payments: 'refuse' or 'unlink'
    'automatic_numbers': 'keep',            # a number sent although QuickBooks counts: 'keep' or 'replace'
    'reactivated_name': 'keep',             # Active=true without a name: "(deleted)" stays ('keep') or goes ('strip')
    'merge_touches': True,                  # transactions of a merged name count as changed
    'merged_away': 'gone',                  # the record of a merged name: 'gone' for good, or 'inactive'
    'negative_total': 'refuse',             # or 'keep'
    'wrong_customer_link': 'drop',          # payment line to another customer's document: 'drop' or 'refuse'
    'purchase_link_type': 'own',            # a Purchase is linked by the word of its PaymentType ('own') or by 'any'
    'credits_over_charges': 'refuse',       # a payment that applies more credits than charges: 'refuse' or 'keep'
    'journal_receivables': 1,               # most A/R and A/P lines of a journal entry; 0 = no such limit
    'purchase_tax_code': True,              # non-US: lines of a Purchase need a TaxCodeRef unless NotApplicable
    'tax_rounding': 'document',             # tax rounded per rate on the document, or per 'line'
    'line_tax_override': False,             # non-US: TaxLine amounts sent by the caller are honoured
    'inclusive_amounts': 'detail',          # TaxInclusive: TaxInclusiveAmt holds the tax ('detail'), Amount does
                                            # ('amount'), or the word changes the display alone ('display')
    'manual_tax_override': False,           # US without AST: TotalTax sent by the caller is honoured
    'automated_tax_on_nothing': False,      # AST: TotalTax is honoured although the taxable lines come to 0
    'sparse_empties': False,                # a sparse update empties what it sends as null or empty text
    'sparse_parts': 'keep',                 # parts left out of an address (or the like) in a sparse update: or 'drop'
    'currency_required': True,              # with multicurrency a transaction must name its currency
    'currency_change': 'refuse',            # another currency on a transaction that stands: 'refuse' or 'keep'
    'taxed_lines': 750,                     # most lines of a sales document with tax; 0 = no such limit
    'lines': 10000,                         # most lines of any document
    'untracked': 'refuse',                  # a class or location that the company does not track: 'refuse' or 'drop'
    'auto_apply_credit': False,             # QuickBooks applies open credits to new invoices by itself
    'default_order': 'natural',             # unsorted queries: 'natural' (recorded: lists by name) or 'id'
    'in_values': 100,                       # most values in an IN list before the query is refused; 0 = no such limit
    'max_results': 'clip',                  # MAXRESULTS above 1000: 'clip' or 'fault'
    'cdc_days': 30,
    'cdc_old': 'clip',                      # changedSince before that: told from there ('clip'), 'fault' or 'accept'
    'cdc_cap': 'answer',                    # a thousand objects an 'answer', or each 'block' of it
    'cdc_total': False,                     # totalCount is told; recorded answers do not
}
