"""What goes wrong while the drain is killed: the network, outcomes that stay open, the database, the limits."""
from odoo.addons.qbo_connector.qbo.batch import BATCH_LIMIT

from .scenarios import a_batch, a_payment, an_invoice_with_new_customer_and_item, lost, scenario
from .stage import Stage

# === TROUBLE === #

@scenario()
def throttled(stage):
    """429 for a batch."""
    stage.script(path='/batch', kind='status', status=429)
    return a_batch(stage)


@scenario()
def throttled_with_more_to_come(stage):
    """429 for the first of two requests that were prepared together: the second never leaves."""
    stage.script(path='/batch', kind='status', status=429)
    with stage.env() as env:
        partners = env['res.partner'].create([{'name': stage.name("Customer")} for _number in range(BATCH_LIMIT + 1)])
        env['qbo.queue.entry']._enqueue(partners)
        return [stage.expected(partner) for partner in partners]


@scenario()
def a_broken_server(stage):
    """503 after the batch was performed."""
    stage.script(path='/batch', kind='status', status=503, apply=True)
    return a_batch(stage)


@scenario()
def an_odd_answer(stage):
    """A fault that says that nothing was applied."""
    stage.script(path='/batch', kind='status', status=400, code='130')
    return a_batch(stage)


@scenario()
def a_suspended_company(stage):
    """6190 for a batch."""
    stage.script(path='/batch', kind='status', status=400, code='6190')
    return a_batch(stage)


@scenario()
def a_consent_that_is_gone(stage):
    """401, and 401 again with a fresh token."""
    stage.script(path='/batch', kind='status', status=401, times=2)
    return a_batch(stage)


@scenario()
def an_item_that_fails(stage):
    """One item of a batch was performed and says that it was not."""
    stage.script(kind='item_fault', item=1, code='10000', apply=True)
    return a_batch(stage)


@scenario(Stage.retry_all)
def retries_that_are_spent(stage):
    """A create ends as unknown, an update as dead."""
    expected = lost(stage, 'Invoice', lambda env: stage.post(env))
    with stage.env() as env:
        move = stage.standing(env)
        stage.script(entity='Invoice', method='POST', kind='lost_answer')
        stage.edit(move)
        expected.append(stage.expected(move))
    stage.drain()
    stage.sql("UPDATE qbo_queue_entry SET attempts = 8 WHERE state = 'sending'")
    stage.let_time_pass()
    stage.script(entity='Invoice', method='POST', kind='reset', times=2)
    return expected


# === WHOSE OUTCOME IS OPEN === #

def _edited(stage: Stage, move):
    stage.edit(move)
    return move


@scenario()
def an_answer_lost_now(stage):
    """The batch is performed and not answered."""
    stage.script(path='/batch', kind='lost_answer')
    return a_batch(stage)


@scenario()
def a_replay(stage):
    """The same bytes under the same request id."""
    expected = lost(stage, 'Payment', lambda env: stage.pay(env))
    stage.let_time_pass()
    return expected


@scenario()
def a_replay_of_half_a_batch(stage):
    """One of three was performed before the connection broke."""
    expected = lost(stage, None, *[lambda env: stage.post(env)] * 3, items=1)
    stage.let_time_pass()
    return expected


@scenario()
def a_record_of_which_something_is_in_doubt(stage):
    """Its next row waits for what became of the first one."""
    expected = lost(stage, 'Payment', lambda env: stage.pay(env))
    with stage.env() as env:
        env['qbo.queue.entry']._enqueue(env['account.payment'].browse(expected[0].record))
    return expected


@scenario()
def an_old_create_that_had_arrived(stage):
    """Looked up and adopted."""
    expected = lost(stage, 'Invoice', lambda env: stage.post(env))
    stage.age()
    return expected


@scenario()
def an_old_batch_of_which_half_had_arrived(stage):
    """Looked up one by one, the rest is sent."""
    expected = lost(stage, None, *[lambda env: stage.post(env)] * 3, items=1)
    stage.age()
    return expected


@scenario()
def an_old_update(stage):
    """Built anew."""
    with stage.env() as env:
        move = stage.standing(env)
    expected = lost(stage, 'Invoice', lambda env: _edited(stage, move.with_env(env)))
    stage.age()
    return expected


@scenario(Stage.remove_copy)
def an_old_create_of_which_two_stand_there(stage):
    """A person has to choose."""
    expected = lost(stage, 'Payment', lambda env: stage.pay(env))
    stage.copy_payment()
    stage.age()
    return expected


@scenario()
def a_look_up_without_an_answer(stage):
    """QuickBooks cannot be asked just now."""
    expected = lost(stage, 'Payment', lambda env: stage.pay(env))
    stage.age()
    stage.script(path='/query', kind='reset')
    return expected


@scenario()
def a_create_that_a_person_gave_up(stage):
    """Pushed again, it is looked up first."""
    expected = lost(stage, 'Payment', lambda env: stage.pay(env))
    with stage.env() as env:
        entry = env['qbo.queue.entry'].search([('state', '=', 'sending')])
        entry._set_stopped('unknown', 'InDoubt', "No answer")
        entry.action_cancel()
        env['qbo.queue.entry']._enqueue(env['account.payment'].browse(expected[0].record))
    return expected


@scenario(Stage.push_again)
def links_archived_while_it_was_sent(stage):
    """What was sent is not taken back: pushed again, it is looked up first."""
    expected = a_batch(stage)
    stage.archive_meanwhile()
    return expected


@scenario(Stage.push_again)
def links_archived_while_it_was_refused(stage):
    """Its fault concerns nobody any more."""
    stage.script(path='/batch', kind='status', status=400, code='2010')
    return links_archived_while_it_was_sent(stage)


# === THE DATABASE === #

@scenario()
def a_conflict_while_preparing(stage):
    """PostgreSQL refuses the write of a batch for a concurrent one, then of its first row."""
    stage.refuse('qbo_queue_entry', 'UPDATE', "NEW.state = 'sending' AND OLD.state = 'pending'", '40001', times=2)
    return a_batch(stage)


@scenario()
def a_deadlock_while_settling(stage):
    """The links of a batch, then that of its first row."""
    stage.refuse('qbo_binding', 'INSERT', 'TRUE', '40P01', times=2)
    return a_batch(stage)


@scenario()
def conflicts_without_end(stage):
    """The row waits, longer each time."""
    stage.refuse('qbo_binding', 'INSERT', 'TRUE', '40001', times=5)
    with stage.env() as env:
        return [stage.expected(stage.pay(env))]


@scenario(Stage.retry_all)
def an_error_nobody_foresaw_while_preparing(stage):
    """The row fails."""
    stage.refuse('qbo_queue_entry', 'UPDATE', "NEW.state = 'sending' AND OLD.state = 'pending'", '22012', times=1)
    with stage.env() as env:
        return [stage.expected(stage.pay(env))]


@scenario()
def an_error_nobody_foresaw_while_settling(stage):
    """The row stays in doubt."""
    stage.refuse('qbo_binding', 'INSERT', 'TRUE', '22012', times=1)
    with stage.env() as env:
        return [stage.expected(stage.pay(env))]


@scenario()
def a_row_that_somebody_else_is_writing(stage):
    """Its link is refused, and then the row is locked."""
    stage.refuse('qbo_binding', 'INSERT', 'TRUE', '40001', times=1)
    expected = a_payment(stage)
    stage.hold_rows()
    return expected


# === LIMITS === #

@scenario()
def a_turn_that_is_over(stage):
    """The cron's time is up after the first call; its next turn goes on."""
    stage.end_turns()
    return an_invoice_with_new_customer_and_item(stage)


@scenario()
def a_minute_that_is_nearly_over(stage):
    """The drain waits a moment by itself."""
    expected = a_payment(stage)
    stage.use_up(500, batches=0, seconds_ago=60)
    return expected


@scenario()
def a_minute_that_is_full(stage):
    """The drain leaves and is woken later."""
    expected = a_payment(stage)
    stage.use_up(500, batches=0, seconds_ago=30)
    return expected


@scenario()
def a_minute_whose_batches_are_used_up(stage):
    """Rows go one by one; a batch in doubt waits for its turn."""
    expected = lost(stage, None, lambda env: stage.post(env), lambda env: stage.post(env))
    expected += a_batch(stage)
    stage.let_time_pass()
    stage.use_up(40, batches=40, seconds_ago=30)
    return expected
