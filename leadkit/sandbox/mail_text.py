"""How My Messages wraps what somebody wrote: the HTML digest of a thread, and the forms in which XML carries it."""

from html import escape as html_escape

from leadkit.sandbox.mails import Mail

GREETING = "Dear {name}, this message is about a listing of yours & was sent through eBay's messages."


def text_xml(mail: Mail) -> str:
    """Return the inside of the element Text, with what is wrong in it."""
    if mail.form == "plain":
        return xml(mail.body)
    inner = digest(mail)
    if mail.form == "cdata":
        written = "<![CDATA[" + inner.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    else:
        written = inner if mail.form == "inline" else xml(inner)
    return written + {"nbsp": "&nbsp;", "control": "\x0b"}.get(mail.flaw or "", "")


def digest(mail: Mail) -> str:
    """Write the thread as eBay does: the newest message first, each in a block with an id of its own."""
    if mail.form == "notice":
        return mail.body
    parts = [_block("PrimaryMessage", "UserInputtedText", mail.body)]
    parts += [_block(f"MessageHistory{n}", f"UserInputtedText{n}", text) for n, text in enumerate(mail.earlier, 1)]
    greeting = html_escape(GREETING.format(name=mail.recipient or "member"))
    head = f"<head><title>{html_escape(mail.subject, quote=False)}</title></head>"
    table = f"<table><tr><td>{''.join(parts)}</td></tr></table>"
    return f'<html>{head}<body bgcolor="#FFFFFF"><p>{greeting}</p>{table}</body></html>'


def xml(text: str) -> str:
    """Escape text for XML; a carriage return would else be lost."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _block(outer: str, inner: str, text: str) -> str:
    lines = html_escape(text).replace("\r\n", "\n").replace("\n", "<br/>")
    return f'<div id="{outer}"><div id="{inner}">{lines}</div></div>'
