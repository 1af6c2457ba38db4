"""Sending by SMTP: only over a protected connection, only into allowed domains."""

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage

import structlog

from netcity_sync.errors import DeliveryError
from netcity_sync.settings import SMTP_PASSWORD_VARIABLE, MailSecurity, MailSettings

log = structlog.get_logger(__name__)

_TIMEOUT_SECONDS = 30


def domain_of(address: str) -> str:
    """The domain of an address: all that may be logged of it."""
    return address.rpartition("@")[2].strip("<> ").lower()


def refuse_foreign(address: str, mail: MailSettings) -> None:
    """Raise DeliveryError where the address lies outside the allowed domains (reports.md §2.4)."""
    domain = domain_of(address)
    if domain not in {allowed.lower() for allowed in mail.domains}:
        log.warning("recipient_refused", domain=domain)
        raise DeliveryError(
            f"Адрес в домене {domain} не разрешён: письма с данными учеников туда не отправляются.",
            where="mail.domains",
            todo=f"Разрешены: {', '.join(mail.domains)}.",
        )


def send_messages(mail: MailSettings, messages: list[EmailMessage]) -> list[DeliveryError | None]:
    """Send messages over one connection; an error, or None, for each. Nothing is raised: what failed waits."""
    outcomes: list[DeliveryError | None] = []
    try:
        with _connected(mail) as server:
            outcomes += (_send(server, mail, message) for message in messages)
    except (smtplib.SMTPException, OSError) as error:
        log.warning("mail_server_failed", error=type(error).__name__)
        outcomes += [_unreachable(mail, error)] * (len(messages) - len(outcomes))
    return outcomes


def _send(server: smtplib.SMTP, mail: MailSettings, message: EmailMessage) -> DeliveryError | None:
    try:
        refuse_foreign(message["To"], mail)
        server.send_message(message)
    except DeliveryError as error:
        return error
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPException as error:
        log.warning("message_refused", domain=domain_of(message["To"]), error=type(error).__name__)
        return DeliveryError(f"Почтовый сервер не принял письмо в домен {domain_of(message['To'])}.", where=mail.host)
    return None


@contextmanager
def _connected(mail: MailSettings) -> Iterator[smtplib.SMTP]:
    if mail.security is MailSecurity.TLS:
        server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=_TIMEOUT_SECONDS, context=_trust(mail))
    else:
        server = smtplib.SMTP(mail.host, mail.port, timeout=_TIMEOUT_SECONDS)
    with server:
        if mail.security is MailSecurity.STARTTLS:
            server.starttls(context=_trust(mail))
        if mail.login is not None:
            server.login(mail.login, os.environ.get(SMTP_PASSWORD_VARIABLE, ""))
        yield server


def _trust(mail: MailSettings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(mail.ca_file) if mail.ca_file else None)


def _unreachable(mail: MailSettings, error: Exception) -> DeliveryError:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        what, todo = "Почтовый сервер не принял логин или пароль.", f"Проверьте mail.login и {SMTP_PASSWORD_VARIABLE}."
    elif isinstance(error, ssl.SSLError):
        what, todo = "Соединение с почтовым сервером не защищено как нужно.", "Проверьте mail.security и mail.ca_file."
    else:
        what, todo = (
            "Почтовый сервер не отвечает; письма отправятся в следующий раз.",
            "Проверьте mail.host и mail.port.",
        )
    return DeliveryError(what, where=f"{mail.host}:{mail.port}", todo=todo)
