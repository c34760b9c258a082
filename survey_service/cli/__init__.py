"""The use cases from the terminal: `survey-service …`."""

import os
from pathlib import Path
from typing import Any

import click

from survey_service.cli import brief_file, files, service
from survey_service.cli.audit import audit
from survey_service.cli.auditing import entering
from survey_service.cli.briefs import brief
from survey_service.cli.comparing import compare
from survey_service.cli.importing import import_file
from survey_service.cli.keys import keys
from survey_service.cli.purging import purge
from survey_service.cli.questionnaires import questionnaires
from survey_service.cli.users import users


def default_instance() -> Path:
    """Return `instance/` beside the checkout's package, or in the current directory."""
    checkout = Path(__file__).parents[2]
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / "instance"


class OneLinePerFault(click.Group):
    """Commands whose bad options are one line on standard error and status 2, as bad input is."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the options before the command's name."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise _told(error) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, whose own options are read on the way."""
        try:
            with entering(ctx):
                return super().invoke(ctx)
        except click.UsageError as error:
            raise _told(error) from error


def _told(error: click.UsageError) -> Exception:
    """Say on standard error which command refuses what; return what ends the program with 2."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error
    names = ["survey-service"]
    context = error.ctx
    while context is not None and context.parent is not None:
        names.insert(1, context.info_name or "")
        context = context.parent
    click.echo(f"{' '.join(names)}: {_describe(error)}", err=True)
    return click.exceptions.Exit(error.exit_code)


def _describe(error: click.UsageError) -> str:
    message = " ".join(error.message.split()).rstrip(".")
    match error:
        case click.MissingParameter():
            return f"{_name(error)}: expected a value, found none"
        case click.BadParameter():
            return f"{_name(error)}: {message}"
        case click.NoSuchOption():
            return f"{error.option_name}: expected an option of this command; see --help"
    return message


def _name(error: click.BadParameter) -> str:
    hint = error.param_hint
    if hint is None and error.param is not None:
        is_option = isinstance(error.param, click.Option)
        hint = max(error.param.opts, key=len) if is_option else error.param.human_readable_name
    return hint if isinstance(hint, str) else " / ".join(hint or ())


@click.group(cls=OneLinePerFault)
@click.option(
    "--instance",
    type=click.Path(path_type=Path, file_okay=False),
    default=default_instance,
    show_default="instance/ of the checkout, else of the current directory",
    help="Directory with database, keys and output.",
)
@click.pass_context
def main(context: click.Context, instance: Path) -> None:
    """Survey and fidelity service for recovery-oriented social psychiatry."""
    # What a command writes, the database and its companions above all, is its owner's alone.
    os.umask(0o077)
    context.obj = instance


main.add_command(service.demo)
main.add_command(service.upgrade)
main.add_command(service.serve)
main.add_command(users)
main.add_command(audit)
main.add_command(purge)
main.add_command(service.backup)
main.add_command(service.restore)
main.add_command(keys)
main.add_command(compare)
main.add_command(files.score_file)
main.add_command(files.compare_file)
main.add_command(files.reliability_file)
main.add_command(brief)
main.add_command(brief_file.brief_file)
main.add_command(import_file)
main.add_command(questionnaires)
