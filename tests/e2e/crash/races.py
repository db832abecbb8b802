"""Two transactions at once, in an order that is forced: a person saves while the drain is at it.

A user's transaction is run as Odoo's server runs a request: a conflict that PostgreSQL refuses starts it again.
"""
import contextlib
from collections.abc import Callable, Iterator
from functools import partial

from odoo.addons.qbo_connector.qbo import client
from odoo.exceptions import UserError
from odoo.service.model import retrying

from .incoming import received
from .stage import Expected, Stage

RACES: list[Callable[[Stage], list[Expected]]] = []
race = RACES.append  # each returns what QuickBooks has to hold after two more drains


@contextlib.contextmanager
def before(owner, name: str, deed: Callable[[], None]) -> Iterator[None]:
    """Do something once, just before a function of the drain is called."""
    function, due = getattr(owner, name), [deed]

    def replaced(*args, **kwargs):
        if due:
            due.pop()()
        return function(*args, **kwargs)

    setattr(owner, name, replaced)
    try:
        yield
    finally:
        setattr(owner, name, function)
    assert not due, f"{name} was never called"


def request(stage: Stage, deed: Callable) -> None:
    """Do something with an environment in a transaction that starts again after a conflict."""
    with stage.env() as env:
        retrying(partial(deed, env), env)


def _invoice_without_mapping(stage: Stage) -> list[Expected]:
    stage.unmap()
    with stage.env() as env:
        product = env['product.product'].browse(stage.new_product(env))
        return [stage.expected(stage.post(env, product=product.id)), stage.expected(product)]


@race
def a_mapping_saved_just_before_its_want_is_stored(stage):
    """The drain has looked and found none; the row must not fail for what is there by then."""
    expected = _invoice_without_mapping(stage)
    with before(stage.registry['qbo.queue.entry'], '_set_failed', stage.map_again):
        stage.drain()
    return expected


@race
def a_mapping_saved_by_somebody_who_cannot_see_the_failed_row(stage):
    """The saving began before the drain failed the row, and ends after it."""
    expected = _invoice_without_mapping(stage)
    drains = [stage.drain]

    def save(env):
        mappings = env['qbo.mapping'].browse([mapping for mapping, _reference in stage.mapped])
        mappings.mapped('reference_id')  # from now on this transaction sees nothing newer
        if drains:
            drains.pop()()
        for mapping, reference in stage.mapped:
            env['qbo.mapping'].browse(mapping).reference_id = reference

    request(stage, save)
    return expected


@race
def an_edit_while_its_request_is_on_the_way(stage):
    """What is sent is the state before; the one after must follow."""
    with stage.env() as env:
        move = stage.post(env)

    def edit():
        with stage.env() as env:
            stage.edit(move.with_env(env))

    with before(client, 'exchange', edit):
        stage.drain()
    with stage.env() as env:
        return [stage.expected(move.with_env(env))]


@race
def an_edit_by_somebody_who_cannot_see_that_it_was_sent(stage):
    """The edit begins before the drain claims the row and is saved after it has settled it."""
    with stage.env() as env:
        move = stage.post(env)
    drains = [stage.drain]

    def save(env):
        stage.edit(move.with_env(env))
        env.flush_all()
        if drains:
            drains.pop()()

    request(stage, save)
    with stage.env() as env:
        return [stage.expected(move.with_env(env))]


@race
def a_retry_while_the_drain_fails_the_row_again(stage):
    """Somebody presses Retry on a row that the drain is just failing once more."""
    expected = _invoice_without_mapping(stage)
    stage.drain()
    stage.retry_all()
    drains = [stage.drain]

    def retry(env):
        env['qbo.queue.entry'].search([], limit=1).mapped('state')
        if drains:
            drains.pop()()
        env['qbo.queue.entry'].action_retry_all()

    request(stage, retry)
    stage.map_again()
    return expected


@race
def two_drains_at_once(stage):
    """The cron, and an administrator who runs it by hand in the middle of it: Odoo refuses the second one."""
    with stage.env() as env:
        expected = [stage.expected(stage.post(env)) for _number in range(3)]
    refused = []

    def run_by_hand():
        try:
            stage.drain()
        except UserError as error:
            refused.append(error)

    with before(client, 'exchange', run_by_hand):
        stage.drain()
    assert refused, "two drains ran at once"
    return expected


@race
def an_alert_while_the_drain_settles(stage):
    """Both write the connection: that it answers again, and that people were told of what is stuck."""
    expected = _invoice_without_mapping(stage)
    stage.drain()
    with stage.env() as env:
        expected.append(stage.expected(stage.post(env)))
    stage.sql("UPDATE qbo_connection SET failure_streak = 1 WHERE id = %s", stage.connection)

    def alert():
        with stage.env() as env:
            env['qbo.connection']._cron_alert()

    with before(stage.registry['qbo.queue.entry'], '_settle', alert):
        stage.drain()
    assert not stage.sql("SELECT id FROM qbo_queue_entry WHERE state = 'failed' AND alerted_for IS NULL"), "untold"
    stage.map_again()
    return expected


@race
def a_payment_accepted_by_two_people_at_once(stage):
    """The second one cannot see the first one's: Odoo has the money once."""
    stage.sql("UPDATE qbo_connection SET pull_payments = 'propose' WHERE id = %s", stage.connection)
    with stage.env() as env:
        move = stage.standing(env)
    payment = received(stage, move)
    stage.drain()

    def first(env):
        env['qbo.receipt'].search([('remote_id', '=', payment)]).action_accept()

    others = [first]

    def second(env):
        receipt = env['qbo.receipt'].search([('remote_id', '=', payment)])
        assert others == [] or receipt.state == 'proposed'  # from now on this transaction sees nothing newer
        if others:
            request(stage, others.pop())
        with contextlib.suppress(UserError):  # started again, it finds nothing to decide
            receipt.action_accept()

    request(stage, second)
    stage.sql("UPDATE qbo_connection SET pull_payments = 'automatic' WHERE id = %s", stage.connection)
    with stage.env() as env:
        return [stage.expected(move.with_env(env), residual='60')]
