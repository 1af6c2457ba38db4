"""Sending by SMTP: only over a protected connection, only into allowed domains."""

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from functools import partial

import structlog

from netcity_sync.delivery.outbox import Send
from netcity_sync.errors import DeliveryError
from netcity_sync.settings import SMTP_PASSWORD_VARIABLE, MailSecurity, MailSettings

log = structlog.get_logger(__name__)

_TIMEOUT_SECONDS = 30
_PERMANENT = 500
"""Answers from here on will not change by themselves (RFC 5321 §4.2.1)."""


def refuse_foreign(address: str, mail: MailSettings) -> None:
    """Raise DeliveryError where the address lies outside the allowed domains (reports.md §2.4)."""
    domain = _domain_of(address)
    if domain not in {allowed.lower() for allowed in mail.domains}:
        log.warning("recipient_refused", domain=domain)
        raise DeliveryError(
            f"Адрес в домене {domain} не разрешён: письма с данными учеников туда не отправляются.",
            where="mail.domains",
            todo=f"Разрешены: {', '.join(mail.domains)}.",
        )


@contextmanager
def mail_connection(mail: MailSettings) -> Iterator[Send]:
    """A connection to the mail server, as something that sends. Raises DeliveryError where there is none to be had."""
    server = _connect(mail)
    try:
        yield partial(_send, server, mail)
    finally:
        _leave(server)


def _domain_of(address: str) -> str:
    """The domain of an address: all that may be logged of it."""
    return address.rpartition("@")[2].strip("<> ").lower()


def _connect(mail: MailSettings) -> smtplib.SMTP:
    password = os.environ.get(SMTP_PASSWORD_VARIABLE, "")
    if mail.login is not None and not password:
        raise DeliveryError(
            "Не указан пароль для почтового сервера.",
            where=SMTP_PASSWORD_VARIABLE,
            todo=f"Задайте переменную {SMTP_PASSWORD_VARIABLE}.",
        )
    trust = None if mail.security is MailSecurity.NONE else _trust(mail)
    try:
        server: smtplib.SMTP = (
            smtplib.SMTP_SSL(mail.host, mail.port, timeout=_TIMEOUT_SECONDS, context=trust)
            if mail.security is MailSecurity.TLS
            else smtplib.SMTP(mail.host, mail.port, timeout=_TIMEOUT_SECONDS)
        )
        try:
            if mail.security is MailSecurity.STARTTLS:
                server.starttls(context=trust)
            if mail.login is not None:
                server.login(mail.login, password)
        except BaseException:
            server.close()
            raise
    except (smtplib.SMTPException, OSError, UnicodeEncodeError) as error:
        log.warning("mail_server_failed", error=type(error).__name__)
        raise _no_connection(mail, error) from error
    return server


def _trust(mail: MailSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=str(mail.ca_file) if mail.ca_file else None)
    except OSError as error:
        raise DeliveryError(
            "Файл корневых сертификатов почтового сервера не читается.",
            where=str(mail.ca_file),
            todo="Проверьте mail.ca_file.",
        ) from error


def _no_connection(mail: MailSettings, error: Exception) -> DeliveryError:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        what, todo = "Почтовый сервер не принял логин или пароль.", f"Проверьте mail.login и {SMTP_PASSWORD_VARIABLE}."
    elif isinstance(error, UnicodeEncodeError):
        what = "В логине или пароле почты не только латинские буквы, цифры и обычные знаки."
        todo = f"Задайте на почтовом сервере другой пароль и впишите его в {SMTP_PASSWORD_VARIABLE}."
    elif isinstance(error, ssl.SSLError | smtplib.SMTPNotSupportedError):
        what, todo = "Соединение с почтовым сервером не защищено как нужно.", "Проверьте mail.security и mail.ca_file."
    else:
        what, todo = (
            "Почтовый сервер не отвечает; письма отправятся в следующий раз.",
            "Проверьте mail.host и mail.port.",
        )
    return DeliveryError(what, where=f"{mail.host}:{mail.port}", todo=todo)


def _send(server: smtplib.SMTP, mail: MailSettings, message: EmailMessage) -> None:
    refuse_foreign(message["To"], mail)
    try:
        server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        domain, code = _domain_of(message["To"]), _code_of(error)
        log.warning("message_refused", domain=domain, error=type(error).__name__, code=code)
        raise _refused(mail, domain, code) from error


def _code_of(error: Exception) -> int | None:
    """The server's answer, where it gave one."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _ in error.recipients.values()), None)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


def _refused(mail: MailSettings, domain: str, code: int | None) -> DeliveryError:
    if code is None:
        what, todo = "Почтовый сервер прервал соединение.", "Письмо отправится в следующий раз."
    elif code < _PERMANENT:
        what = f"Почтовый сервер пока не принял письмо в домен {domain} (ответ {code})."
        todo = "Письмо отправится в следующий раз."
    else:
        what = f"Почтовый сервер отказался принять письмо в домен {domain} (ответ {code})."
        todo = "Проверьте адрес в разделе [[people]] и mail.sender; ненужное письмо удалите из папки outbox."
    return DeliveryError(what, where=mail.host, todo=todo)


def _leave(server: smtplib.SMTP) -> None:
    """Say goodbye; by then every message has its answer, so a server that hangs up first does no harm."""
    try:
        server.quit()
    except (smtplib.SMTPException, OSError) as error:
        log.info("mail_server_left", error=type(error).__name__)
        server.close()
