"""The use cases from the terminal: `survey-service …`."""

from pathlib import Path

import click

from survey_service.cli import brief_file, files, service
from survey_service.cli.comparing import compare
from survey_service.cli.questionnaires import questionnaires


def default_instance() -> Path:
    """Return `instance/` beside the checkout's package, or in the current directory."""
    checkout = Path(__file__).parents[2]
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / "instance"


@click.group()
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
    context.obj = instance


main.add_command(service.demo)
main.add_command(service.upgrade)
main.add_command(service.serve)
main.add_command(service.users)
main.add_command(service.purge)
main.add_command(compare)
main.add_command(files.score_file)
main.add_command(files.compare_file)
main.add_command(files.reliability_file)
main.add_command(brief_file.brief_file)
main.add_command(questionnaires)
