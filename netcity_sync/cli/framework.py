"""Click in Russian: headings of the help, and errors of usage as sentences that say what is allowed."""

import re
from collections.abc import Sequence
from functools import reduce

import click

PROGRAM = "netcity-sync"


class RussianCommand(click.Command):
    """A command whose help page is Russian throughout."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The help option, described in Russian."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Показать эту справку."
        return option

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The line that shows how the command is written."""
        pieces = " ".join(_usage_piece(piece) for piece in self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix="Как вызвать: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of options."""
        _write_section(formatter, "Параметры", _option_rows(self, ctx))


class RussianGroup(RussianCommand, click.Group):
    """A group of commands whose help page is Russian throughout."""

    command_class = RussianCommand
    group_class = type

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The tables of commands and options."""
        commands = [(name, self.commands[name]) for name in self.list_commands(ctx)]
        rows = [(name, command.get_short_help_str(100)) for name, command in commands if not command.hidden]
        _write_section(formatter, "Команды", rows)
        super().format_options(ctx, formatter)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order in which they were added: the order in which a newcomer needs them."""
        return list(self.commands)


def _usage_piece(piece: str) -> str:
    return {"[OPTIONS]": "[параметры]", "COMMAND [ARGS]...": "КОМАНДА …"}.get(piece, piece)


def _option_rows(command: click.Command, ctx: click.Context) -> list[tuple[str, str]]:
    options = (parameter for parameter in command.get_params(ctx) if isinstance(parameter, click.Option))
    rows = (row for option in options if (row := option.get_help_record(ctx)) is not None)
    return [(_in_russian(names), _in_russian(text)) for names, text in rows]


def _in_russian(text: str) -> str:
    """What Click writes of an option in English: its kind, default and range, and that it is required."""
    return reduce(lambda line, pair: re.sub(pair[0], pair[1], line), _CLICK_WORDS, text)


_CLICK_WORDS = (
    (r"\[default: ", "[по умолчанию: "),
    (r"\[required\]", "[обязательно]"),
    (r"(\d+)<=x<=(\d+)\]", r"от \1 до \2]"),
    (r"x>=(\d+)\]", r"не меньше \1]"),
    (r"INTEGER RANGE|INTEGER", "ЧИСЛО"),
)


def _write_section(formatter: click.HelpFormatter, title: str, rows: Sequence[tuple[str, str]]) -> None:
    if rows:
        with formatter.section(title):
            formatter.write_dl(rows)


def explain_usage(error: click.UsageError) -> str:
    """A mistake in the command line as Russian sentences: what is wrong, and what is allowed."""
    command = error.ctx.command_path if error.ctx is not None else PROGRAM
    return f"{_what(error)}\nЧто делать: посмотрите справку: {command} --help"


def _what(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            hint = f" Возможно, {' или '.join(sorted(error.possibilities))}?" if error.possibilities else ""
            return f"Нет такого параметра: {error.option_name}.{hint}"
        case click.MissingParameter():
            return f"Не указан обязательный параметр: {_name(error.param)}.{_allowed(error.param)}"
        case click.BadParameter():
            own_words = error.message if _is_russian(error.message) else "недопустимое значение."
            return f"{error.param_hint or _name(error.param)}: {own_words}{_allowed(error.param)}"
        case _ if error.ctx is not None and isinstance(error.ctx.command, click.Group):
            known = ", ".join(error.ctx.command.list_commands(error.ctx))
            return f"Нет такой команды. Есть: {known}."
        case _:
            return "Команда записана неверно: лишнее слово или параметр без значения."


def _is_russian(text: str) -> bool:
    return any("а" <= letter <= "я" for letter in text.lower())


def _name(parameter: click.Parameter | None) -> str:
    if parameter is None:
        return "параметр"
    return parameter.opts[-1] if isinstance(parameter, click.Option) else parameter.make_metavar(_NO_CONTEXT)


def _allowed(parameter: click.Parameter | None) -> str:
    kind = parameter.type if parameter is not None else None
    if isinstance(kind, click.Choice):
        return f" Можно: {', '.join(str(choice) for choice in kind.choices)}."
    if isinstance(kind, click.IntRange):
        bounds = [f"от {kind.min}"] if kind.min is not None else []
        bounds += [f"до {kind.max}"] if kind.max is not None else []
        return f" Нужно целое число {' '.join(bounds)}."
    return " Нужно целое число." if kind is click.INT else ""


_NO_CONTEXT = click.Context(click.Command(PROGRAM))
