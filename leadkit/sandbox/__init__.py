"""The APIs on loopback, and the invented dealership behind them; it shares no code with the client."""

from leadkit.sandbox.bodies import conversations_body, leads_body, thread_body
from leadkit.sandbox.crm_api import crm_body
from leadkit.sandbox.dealership import Dealership
from leadkit.sandbox.faults import Fault, Faults
from leadkit.sandbox.mail_bodies import folders_body, mail_body, mail_headers_body
from leadkit.sandbox.received import Received
from leadkit.sandbox.server import Sandbox, environment, serve

__all__ = [
    "Dealership",
    "Fault",
    "Faults",
    "Received",
    "Sandbox",
    "conversations_body",
    "crm_body",
    "environment",
    "folders_body",
    "leads_body",
    "mail_body",
    "mail_headers_body",
    "serve",
    "thread_body",
]
