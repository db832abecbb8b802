"""What is killed while a backfill gets into the queue, or is taken back."""
from .scenarios import scenario


def _backfill(stage, count: int):
    """Start a backfill of new documents that the queue has never heard of; return it and what it is to leave."""
    with stage.env() as env:
        partner = env['res.partner'].browse(stage.new_partner(env))
        moves = [stage.post(env, partner.id) for _number in range(count)]
    for move in moves:
        stage.forget_rows(move)
    with stage.env() as env:
        batch = env['qbo.push.batch'].create({
            'connection_id': stage.connection, 'name': stage.name("Backfill"), 'partner_ids': [(6, 0, partner.ids)]})
        batch.kind_ids.filtered(lambda kind: kind.handler != 'qbo.entity.invoice').chosen = False
        batch.action_start()
        return batch, moves, [stage.expected(record.with_env(env)) for record in (*moves, partner)]


@scenario()
def a_backfill(stage):
    """Listed, put into the queue and sent."""
    return _backfill(stage, 1)[2]


@scenario()
def a_backfill_whose_turn_is_over(stage):
    """The cron's time is up after the first part."""
    expected = _backfill(stage, 1)[2]
    stage.end_turns()
    return expected


@scenario()
def a_backfill_that_somebody_is_just_pausing(stage):
    """The drain does not wait for that."""
    expected = _backfill(stage, 1)[2]
    stage.hold_batches()
    return expected


@scenario()
def an_undone_backfill(stage):
    """The document first, then the customer."""
    batch, moves, expected = _backfill(stage, 1)
    stage.settle()
    with stage.env() as env:
        batch.with_env(env)._undo()
        return [stage.expected(moves[0].with_env(env), '0'), *expected[1:]]
