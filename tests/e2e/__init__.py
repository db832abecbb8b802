"""The whole thing: real Odoo server processes, the simulator behind a socket, and kill -9."""
