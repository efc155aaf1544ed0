"""The browser's side of a widget: what it is sent, and what it says."""

import comm
import pytest


class Browser:
    """Keeps what widgets send, and speaks to them as a browser would."""

    def __init__(self):
        self.sent = []

    def custom(self):
        """The messages that are no state, without their buffers."""
        return [data["content"] for data, _ in self.sent if data["method"] == "custom"]

    def buffers(self):
        """What was sent beside the last message."""
        return self.sent[-1][1]

    def size(self):
        """How many characters of state were sent."""
        return sum(len(repr(data)) for data, _ in self.sent if data["method"] == "update")

    def tell(self, widget, content):
        """Say this to the widget."""
        widget.comm.handle_msg(
            {
                "content": {"comm_id": widget.comm.comm_id, "data": {"method": "custom", "content": content}},
                "buffers": [],
            }
        )


@pytest.fixture
def sent(monkeypatch):
    """A browser that is there while the test runs."""
    browser = Browser()

    class Wire(comm.base_comm.BaseComm):
        def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
            if msg_type == "comm_msg":
                browser.sent.append((data, buffers))

    monkeypatch.setattr(comm, "create_comm", Wire)
    return browser
