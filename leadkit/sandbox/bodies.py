"""The bodies that the APIs send, made from the dealership without HTTP."""

import json
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from leadkit.sandbox.cast import Buyer, Listing
from leadkit.sandbox.dealership import Dealership
from leadkit.sandbox.leads import Exchange, Fee, Lead
from leadkit.sandbox.moments import as_text
from leadkit.sandbox.threads import Message, Thread

Json = dict[str, Any]
CONVERSATIONS_URL = "https://api.ebay.com/commerce/message/v1/conversation"
MEDIA_URL = "https://media.example.com/"


def leads_body(dealership: Dealership, *, messages: bool = True) -> bytes:
    """Return what ``GET /classified_lead`` answers without any bounds."""
    return encode(leads_payload(dealership.listings, dealership.leads, messages=messages, empty=dealership.empty_items))


def conversations_body(
    dealership: Dealership, conversation_type: str = "FROM_MEMBERS", *, limit: int = 50, offset: int = 0
) -> bytes:
    """Return one page of ``GET /conversation``."""
    rows = [thread for thread in dealership.threads if thread.conversation_type == conversation_type]
    query = {"conversation_type": conversation_type, "limit": str(limit), "offset": str(offset)}
    return encode(conversations_payload(rows, query, limit, offset))


def thread_body(dealership: Dealership, conversation_id: str, *, limit: int = 50, offset: int = 0) -> bytes:
    """Return one page of ``GET /conversation/{conversation_id}``."""
    thread = next(thread for thread in dealership.threads if thread.conversation_id == conversation_id)
    query = {"conversation_type": thread.conversation_type, "limit": str(limit), "offset": str(offset)}
    return encode(thread_payload(thread, query, limit, offset))


def encode(payload: object) -> bytes:
    """Write JSON as the APIs do: compact, UTF-8 unescaped."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def leads_payload(listings: Iterable[Listing], leads: Iterable[Lead], *, messages: bool, empty: Container[str]) -> Json:
    """Return the active listings that have some of these leads, and those of the empty ones."""
    of_listing: dict[str, list[Lead]] = defaultdict(list)
    for lead in leads:
        of_listing[lead.listing.item_id].append(lead)
    active = [listing for listing in listings if listing.ended_at is None]
    shown = [one for one in active if one.item_id in of_listing or one.item_id in empty]
    rows = [listing_json(listing, of_listing[listing.item_id], messages=messages) for listing in shown]
    total = sum(len(of_listing[listing.item_id]) for listing in shown)
    return {**({"classifiedLeads": rows} if rows else {}), "totalItems": len(rows), "totalLeads": total}


def listing_json(listing: Listing, leads: Sequence[Lead], *, messages: bool) -> Json:
    """Return one listing; of those without leads every other one sends an empty array."""
    row: Json = {"itemId": listing.item_id, "itemTitle": listing.title}
    if leads or int(listing.item_id) % 2:
        row["responses"] = [lead_json(lead, messages=messages) for lead in leads]
    return row


def lead_json(lead: Lead, *, messages: bool) -> Json:
    """Return one lead as the Leads API sends it; what is unknown is left out."""
    make, model, year = lead.trade_in or (None, None, None)
    row = {
        "additionalInformation": lead.message,
        "contactInformation": _contact(lead.buyer),
        "email": lead.email,
        "externalEmail": lead.external_email,
        "financingAnswer": lead.financing,
        "leadFee": _fee(lead.fee),
        "leadStatus": "RESPONDED" if lead.responded else "NEW",
        "memberMessage": _member_message(lead) if messages else None,
        "submittedTime": as_text(lead.submitted_at, dotted=lead.dotted),
        "tradeInMake": make,
        "tradeInModel": model,
        "tradeInYear": year,
        "userId": lead.buyer.lead_name,
    }
    return _known(row)


def conversations_payload(rows: Sequence[Thread], query: Mapping[str, str], limit: int, offset: int) -> Json:
    """Return one page of conversations."""
    page = [conversation_json(thread) for thread in rows[offset : offset + limit]]
    return {"conversations": page, **_paging(CONVERSATIONS_URL, query, len(rows), limit, offset)}


def thread_payload(thread: Thread, query: Mapping[str, str], limit: int, offset: int) -> Json:
    """Return one page of a conversation's messages."""
    messages = thread.messages[::-1] if thread.newest_first else thread.messages
    return {
        "conversationStatus": thread.status,
        "conversationTitle": thread.title,
        "conversationType": thread.conversation_type,
        "messages": [message_json(thread, message) for message in messages[offset : offset + limit]],
        **_paging(f"{CONVERSATIONS_URL}/{thread.conversation_id}", query, len(messages), limit, offset),
    }


def conversation_json(thread: Thread) -> Json:
    """Return one conversation with its last message, as much of it as eBay sends."""
    latest = message_json(thread, thread.messages[-1])
    if thread.latest == "partial":
        latest = {key: value for key, value in latest.items() if key not in {"messageBody", "readStatus"}}
    row = {
        "conversationId": thread.conversation_id,
        "conversationStatus": thread.status,
        "conversationTitle": thread.title,
        "conversationType": thread.conversation_type,
        "createdDate": as_text(thread.created_at, dotted=thread.messages[0].dotted),
        "latestMessage": latest if thread.latest != "absent" else None,
        "referenceId": thread.item_id,
        "referenceType": "LISTING" if thread.item_id else None,
        "unreadCount": thread.unread if thread.counted else None,
    }
    return _known(row)


def message_json(thread: Thread, message: Message) -> Json:
    """Return one message."""
    sender, recipient = thread.other_party, thread.seller
    if message.from_seller:
        sender, recipient = recipient, sender
    row = {
        "createdDate": as_text(message.at, dotted=message.dotted),
        "messageBody": message.body,
        "messageId": message.message_id,
        "messageMedia": [_media(message, *media) for media in message.media] or None,
        "readStatus": message.read,
        "recipientUsername": recipient,
        "senderUsername": sender,
        "subject": message.subject,
    }
    return _known(row)


def _contact(buyer: Buyer) -> Json | None:
    name = {"firstName": buyer.first_name, "lastName": buyer.last_name}
    everything = {**name, "phone": buyer.phone, "postalCode": buyer.postal_code}
    return {"all": everything, "name": name, "phone": {"phone": buyer.phone}, "none": None}[buyer.shares]


def _fee(fee: Fee) -> Json:
    converted = {"convertedFromCurrency": fee.original_currency, "convertedFromValue": fee.original}
    amount = _known({**converted, "currency": fee.currency, "value": fee.value})
    return {**({"amount": amount} if amount else {}), "description": fee.description}


def _member_message(lead: Lead) -> Json:
    exchanges = [_exchange(exchange) for exchange in lead.exchanges]
    return {"memberMessageExchange": exchanges} if exchanges else {}


def _exchange(exchange: Exchange) -> Json:
    row = {
        "creationDate": as_text(exchange.at, dotted=True),
        "question": {"body": exchange.question, "messageID": exchange.number},
        "response": exchange.response,
    }
    return _known(row)


def _media(message: Message, name: str, kind: str) -> Json:
    return {
        "mediaName": name,
        "mediaType": kind,
        "mediaUrl": f"{MEDIA_URL}{message.message_id}/{name.replace(' ', '%20')}",
    }


def _paging(url: str, query: Mapping[str, str], total: int, limit: int, offset: int) -> Json:
    def at(start: int) -> str:
        return f"{url}?{urlencode({**query, 'limit': limit, 'offset': start})}"

    links = {
        "href": at(offset),
        "next": at(offset + limit) if offset + limit < total else None,
        "prev": at(max(0, offset - limit)) if offset else None,
    }
    return {**_known(links), "limit": limit, "offset": offset, "total": total}


def _known(row: Json) -> Json:
    return {key: value for key, value in row.items() if value is not None}
