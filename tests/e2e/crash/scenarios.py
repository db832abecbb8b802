"""What is pushed while the drain is killed: with those in :mod:`.trouble` they reach every statement of it."""
from collections.abc import Callable
from dataclasses import dataclass

from .stage import Expected, Stage


@dataclass(frozen=True)
class Scenario:
    """One thing that a drain does.

    :param arrange: lets it be due, and returns what QuickBooks must hold in the end
    :param mend: what a person does afterwards, where it takes one
    :param bool thorough: kill after every commit of whatever takes part, not only after those of the drain itself
    """

    name: str
    arrange: Callable[[Stage], list[Expected]]
    mend: Callable[[Stage], None] | None = None
    thorough: bool = False


SCENARIOS: list[Scenario] = []


def scenario(mend: Callable[[Stage], None] | None = None, thorough: bool = False):
    """Add a function as the arrangement of a scenario of its name."""
    def add(arrange: Callable[[Stage], list[Expected]]):
        SCENARIOS.append(Scenario(arrange.__name__.replace('_', ' '), arrange, mend, thorough))
        return arrange
    return add


def lost(stage: Stage, entity: str | None, *makers, kind: str = 'lost_answer', **failure) -> list[Expected]:
    """Let a request end without an answer, and return what it was to leave in QuickBooks."""
    stage.script(**({'entity': entity, 'method': 'POST'} if entity else {'path': '/batch'}), kind=kind, **failure)
    with stage.env() as env:
        expected = [stage.expected(make(env)) for make in makers]
    stage.drain()
    return expected


# === WHAT IS DUE === #

@scenario(thorough=True)
def a_batch(stage):
    """An invoice and a credit note in one request."""
    with stage.env() as env:
        return [stage.expected(stage.post(env, kind=kind)) for kind in ('out_invoice', 'out_refund')]


@scenario()
def an_invoice_with_new_customer_and_item(stage):
    """Three calls, each alone; the invoice waits for the others first."""
    with stage.env() as env:
        partner, product = env['res.partner'].browse(stage.new_partner(env)), stage.new_product(env)
        return [stage.expected(record) for record in (
            stage.post(env, partner.id, product), partner, env['product.product'].browse(product))]


@scenario()
def an_archived_customer_that_an_invoice_needs(stage):
    """Archived in Odoo after the invoice was posted, it is pushed all the same."""
    with stage.env() as env:
        partner = env['res.partner'].browse(stage.new_partner(env))
        move = stage.post(env, partner.id)
        partner.active = False
        return [stage.expected(move), stage.expected(partner)]


@scenario()
def a_payment(stage):
    """A document without a number."""
    with stage.env() as env:
        return [stage.expected(stage.pay(env))]


@scenario()
def an_update(stage):
    """A document that stands in QuickBooks is corrected."""
    with stage.env() as env:
        move = stage.standing(env)
        stage.edit(move)
        return [stage.expected(move)]


@scenario()
def a_void_and_a_delete(stage):
    """Both in one batch."""
    with stage.env() as env:
        invoice, note = stage.standing(env), stage.standing(env, 'out_refund')
        (invoice | note).button_cancel()
        return [stage.expected(invoice, '0'), stage.expected(note, there=False)]


@scenario()
def nothing_to_send(stage):
    """Unchanged, superseded, deleted, reset to draft."""
    with stage.env() as env:
        unchanged, drafted, deleted = stage.standing(env), stage.post(env), stage.post(env)
        env['qbo.queue.entry']._enqueue(unchanged)
        env['qbo.queue.entry']._enqueue(unchanged)
        drafted.button_draft()
        deleted.button_draft()
        gone = stage.expected(deleted, there=False)
        deleted.with_context(force_delete=True).unlink()
        return [stage.expected(unchanged), stage.expected(drafted, there=False), gone]


@scenario(Stage.sweep_again)  # a sweep that was killed is made good by the next day's
def what_the_sweep_finds(stage):
    """A document that no hook enqueued."""
    with stage.env() as env:
        move = stage.post(env)
    stage.forget_rows(move)
    stage.sweep_again()
    with stage.env() as env:
        return [stage.expected(move.with_env(env))]


# === WHAT QUICKBOOKS REFUSES === #

@scenario()
def names_that_are_taken(stage):
    """In one batch: two of one name, and one whose name somebody in QuickBooks has given already."""
    twin, namesake = stage.name("Twin"), stage.name("Namesake")
    stage.seed('Customer', {'DisplayName': namesake})
    with stage.env() as env:
        partners = env['res.partner'].browse(stage.new_partner(env, name) for name in (twin, twin, namesake))
        env['qbo.queue.entry']._enqueue(partners)
        return [stage.expected(partner) for partner in partners]


@scenario()
def a_number_that_is_our_own(stage):
    """QuickBooks booked it, forgot the request id and refuses the number: the mark tells that it is ours."""
    expected = lost(stage, 'Invoice', lambda env: stage.post(env))
    stage.sim('answers', {}, method='DELETE')
    stage.let_time_pass()
    return expected


@scenario()
def a_stale_object(stage):
    """Somebody edited it in QuickBooks."""
    with stage.env() as env:
        move = stage.standing(env)
        stage.edit_there(env, move)
        stage.edit(move)
        return [stage.expected(move)]


@scenario(Stage.retry_all)
def a_stale_object_that_may_not_be_read(stage):
    """QuickBooks refuses the second look: a person is needed."""
    stage.script(method='GET', path='/invoice/', kind='status', status=400, code='6000')
    return a_stale_object(stage)


@scenario()
def a_stale_object_that_cannot_be_read(stage):
    """The second look gets no answer."""
    stage.script(method='GET', path='/invoice/', kind='reset')
    return a_stale_object(stage)


@scenario(Stage.retry_all)
def an_object_deleted_in_quickbooks(stage):
    """The update finds nothing; Retry creates it again."""
    with stage.env() as env:
        move = stage.standing(env)
        stage.delete_there(env, 'Invoice', stage.remote_id(env, move))
        stage.edit(move)
        return [stage.expected(move)]


@scenario(Stage.retry_all)
def a_refusal(stage):
    """A business rule, which only a person can satisfy."""
    stage.script(entity='Invoice', method='POST', kind='status', status=400, code='6000')
    with stage.env() as env:
        return [stage.expected(stage.post(env))]


@scenario()
def a_reference_that_is_refused(stage):
    """The lists are read again, then it is tried once more."""
    stage.script(entity='Invoice', method='POST', kind='status', status=400, code='2500')
    with stage.env() as env:
        return [stage.expected(stage.post(env))]


@scenario()
def a_batch_refused_as_a_whole(stage):
    """Each goes alone then."""
    stage.script(path='/batch', kind='status', status=400, code='2010')
    with stage.env() as env:
        return [stage.expected(stage.post(env)) for _number in range(2)]


@scenario()
def a_used_request_id_with_something_behind_it(stage):
    """QuickBooks booked the batch, and calls its request id used instead of answering."""
    expected = lost(stage, None, lambda env: stage.post(env), lambda env: stage.post(env))
    stage.let_time_pass()
    stage.script(path='/batch', kind='status', status=400, code='600')
    return expected


@scenario()
def a_used_request_id_with_nothing_behind_it(stage):
    """Looked up in vain, it is sent under another one."""
    stage.script(entity='Invoice', method='POST', kind='status', status=400, code='600', times=2)
    with stage.env() as env:
        return [stage.expected(stage.post(env))]


@scenario(Stage.retry_all)
def a_request_id_that_is_called_used_every_time(stage):
    """No other one helps: a person is needed."""
    stage.script(entity='Invoice', method='POST', kind='status', status=400, code='600', times=20)
    with stage.env() as env:
        return [stage.expected(stage.post(env))]


@scenario(Stage.accept_all)
def figures_that_differ(stage):
    """Somebody in QuickBooks has made the customer tax free, so the tax that Odoo charges is not booked."""
    with stage.env() as env:
        partner = stage.new_partner(env)
        env['qbo.queue.entry']._enqueue(env['res.partner'].browse(partner))
    stage.settle()
    with stage.env() as env:
        remote = stage.remote_id(env, env['res.partner'].browse(partner))
        stage.sim(f'touch/{stage.realm}', {'entity': 'Customer', 'id': remote, 'change': {'Taxable': False}})
        return [stage.expected(stage.taxed(env, partner), '100')]


# === WHAT ODOO MISSES === #

@scenario(Stage.map_again)
def a_missing_mapping(stage):
    """The row fails until somebody completes the mapping."""
    stage.unmap()
    with stage.env() as env:
        product = env['product.product'].browse(stage.new_product(env))
        return [stage.expected(stage.post(env, product=product.id)), stage.expected(product)]


@scenario(Stage.rename_unspeakable)
def a_name_that_cannot_be_shown(stage):
    """Refused before anything is sent."""
    with stage.env() as env:
        partner = env['res.partner'].browse(stage.new_partner(env, stage.name("\U0001F600")))
        partner.name = "\U0001F600"
        move = stage.post(env, partner.id)
        return [stage.expected(move)]


# === WHAT QUICKBOOKS TELLS === #

@scenario()
def what_was_told_of_quickbooks(stage):
    """Somebody edited the invoice there, a webhook told it, and something else is due as well."""
    with stage.env() as env:
        move = stage.standing(env)
        link = env['qbo.binding'].search([('model', '=', move._name), ('res_id', '=', move.id)])
        env['qbo.change']._ask(link.connection_id, link.entity, [link.remote_id])
        return [stage.expected(move), stage.expected(stage.post(env))]
