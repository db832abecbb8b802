"""The simulator on a socket: threaded, and able to drop connections without an answer."""

import logging
import socket
import struct
import threading

from werkzeug.serving import WSGIRequestHandler, make_server

_logger = logging.getLogger(__name__)


class _Handler(WSGIRequestHandler):
    """Ends the connection where the application raised DroppedConnection, and logs quietly."""

    def connection_dropped(self, error, environ=None):
        """Close at once and hard: the other side sees a reset connection."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.connection.close()

    def log(self, type, message, *args):
        """One line a request, at debug level."""
        _logger.debug(message, *args)


class Server:
    """Serves a simulator from a thread of its own, and sends its webhooks from another; a context manager.

    :param Simulator simulator:
    :param int port: 0 takes a free one
    """

    def __init__(self, simulator, host='127.0.0.1', port=0):
        self._server = make_server(host, port, simulator.wsgi, threaded=True, request_handler=_Handler)
        self._ended = threading.Event()
        self._sender = threading.Thread(target=simulator.webhooks.run, args=[self._ended], daemon=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://{host}:{self._server.server_port}"

    def start(self):
        """Start serving; the socket listens already."""
        self._thread.start()
        self._sender.start()
        return self

    def stop(self):
        """Stop serving and free the port."""
        self._ended.set()
        self._server.shutdown()
        self._thread.join()
        self._sender.join()
        self._server.server_close()

    def serve_forever(self):
        """Serve in the calling thread."""
        self._sender.start()
        self._server.serve_forever()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_error):
        self.stop()
