"""The books as HTML."""

from html import escape

from werkzeug.wrappers import Response

STYLE = "body{font-family:system-ui}"


def page(title, body):
    """A page."""
    return Response(f"<!doctype html><title>{escape(title)}</title><style>{STYLE}</style>{body}",
                    content_type='text/html; charset=utf-8')


def respond(sim, request):
    """The list of companies."""
    return page("QuickBooks simulator", ''.join(f"<p>{escape(c.name)}</p>" for c in sim.companies.values()))
