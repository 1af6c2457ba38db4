"""A digest as a mail message."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from netcity_sync.delivery.digest import Digest
from netcity_sync.delivery.render import render_html, render_text
from netcity_sync.russian import full_date


def make_message(digest: Digest, *, sender: str, recipient: str, now: datetime) -> EmailMessage:
    """HTML with a plain-text part; `now` (aware, in the school's zone) is its date."""
    message = EmailMessage(policy=SMTP)
    message["Subject"] = f"{digest.subject}, {full_date(now.date())}"
    message["From"] = sender
    message["To"] = recipient
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(render_text(digest))
    message.add_alternative(render_html(digest), subtype="html")
    return message
