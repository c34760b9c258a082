"""What PostgreSQL keeps beside the rows, and how it is taken away.

A row's `xmin` is the number of the transaction that wrote it, and numbers rise: they tell the
order of arrival, join what one transaction wrote on both sides of the register, and beside entries
with minutes they tell the time. Where a row lies (`ctid`) tells the order too, and what was deleted
stays in the file. `VACUUM FULL` removes the last, and leaves the numbers and the order as they are.

So rows are written anew, those of an open wave in some steps by their random keys, those of a
closed one all at once; then the numbers tell of keys or of nothing. `CLUSTER` then puts a file in
the order of the keys in place of the old one. Values of more than 2 kB lie apart under rising
numbers that `CLUSTER` keeps: they get new ones in between, when the rows lie in the order of their
keys already.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, text

from survey_service.storage.database import Base

STEPS = 16
"""An open wave's rows are written anew in so many steps: who answers waits for one at a time."""


@dataclass(frozen=True, slots=True)
class TracedTable:
    """A table that is written to as people answer, or beside it as they are invited.

    `key` is the first column of its primary key, which is random: a uuid or a hash. `touched` is a
    small column that is set to itself; values of the `large` ones may lie apart.
    """

    name: str
    key: str
    touched: str
    large: tuple[str, ...] = ()

    @property
    def rows(self) -> str:
        """SQL of the rows with the wave each belongs to, as `rows`."""
        if self.key == "response_id":
            wave = "(SELECT wave_id FROM response WHERE response.id = traced.response_id)"
            return f"SELECT traced.xmin AS number, {wave} AS wave_id FROM {self.name} AS traced"  # noqa: S608 - names of ours
        return f"SELECT xmin AS number, wave_id FROM {self.name}"  # noqa: S608 - names of ours

    @property
    def of_waves(self) -> str:
        """SQL of the condition that a row belongs to one of `:waves`."""
        if self.key == "response_id":
            return "response_id IN (SELECT id FROM response WHERE wave_id = ANY(:waves))"
        return "wave_id = ANY(:waves)"

    @property
    def assignments(self) -> str:
        """SQL of what writes a row anew and leaves it as it is."""
        # Joined with nothing, a large value counts as changed and is put under a new number.
        again = [f"{column} = {column} || ''::bytea" for column in self.large]
        return ", ".join([f"{self.touched} = {self.touched}", *again])


TRACED_TABLES = (
    TracedTable("admission", "code_hash", "audience"),
    TracedTable("invitation", "id", "language"),
    TracedTable("response", "id", "audience"),
    TracedTable("answer", "response_id", "value"),
    TracedTable("score", "response_id", "rated_count"),
    TracedTable("free_text", "holder_hash", "is_sent", large=("sealed_text", "sealed_quote")),
    TracedTable("pause_code", "code_hash", "expires_on"),
    TracedTable("open_link", "token_hash", "audience"),
    TracedTable("offline_delivery", "client_id", "outcome"),
    TracedTable("offline_remainder", "client_id", "outcome", large=("sealed_answers",)),
    TracedTable("offline_device", "device_id", "waiting_count"),
)


def remove_traces(connection: Connection) -> None:
    """Take order and time of arrival, and what was deleted, out of the tables' files.

    Args:
        connection: in autocommit. Who answers waits for a step, and once per table for the file to
            be put in place; then readers wait as well.
    """
    for table in TRACED_TABLES:
        opened, closed = _find_open(connection), _find_mixed(connection, table)
        if table.large and (opened or closed):
            _cluster(connection, table)
        if closed:
            _write_anew(connection, table, closed)
        for step in range(STEPS if opened else 0):
            _write_step_anew(connection, table, opened, step)
        _cluster(connection, table)
    traced = {table.name for table in TRACED_TABLES}
    others = sorted(set(Base.metadata.tables) - traced)
    connection.exec_driver_sql(f"VACUUM FULL {', '.join(others)}")


def _find_open(connection: Connection) -> list[UUID]:
    return list(connection.scalars(text("SELECT id FROM wave WHERE status = 'open'")))


def _find_mixed(connection: Connection, table: TracedTable) -> list[UUID]:
    """Return the waves that are not open and whose rows were written at more than one time."""
    found = connection.scalars(
        text(
            f"SELECT wave_id FROM ({table.rows}) AS found"  # noqa: S608 - names of ours
            " WHERE wave_id NOT IN (SELECT id FROM wave WHERE status = 'open') GROUP BY wave_id"
            " HAVING min(number::text::bigint) <> max(number::text::bigint)"
        )
    )
    return list(found)


def _write_anew(connection: Connection, table: TracedTable, waves: list[UUID]) -> None:
    connection.execute(
        text(f"UPDATE {table.name} SET {table.assignments} WHERE {table.of_waves}"),  # noqa: S608 - names of ours
        {"waves": waves},
    )


def _write_step_anew(
    connection: Connection, table: TracedTable, waves: list[UUID], step: int
) -> None:
    """Write those rows anew whose key begins with the step's hexadecimal digit."""
    digit = f"{step:x}"
    between = (
        f"starts_with({table.key}, '{digit}')"
        if table.key.endswith("_hash")
        else f"{table.key} BETWEEN '{digit.ljust(32, '0')}' AND '{digit.ljust(32, 'f')}'"
    )
    # In one transaction with a lock on the table: who answers and we would else each wait for a row
    # that the other holds.
    connection.exec_driver_sql("BEGIN")
    try:
        connection.exec_driver_sql(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE")
        connection.execute(
            text(
                f"UPDATE {table.name} SET {table.assignments}"  # noqa: S608 - names of ours
                f" WHERE {between} AND {table.of_waves}"
            ),
            {"waves": waves},
        )
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise


def _cluster(connection: Connection, table: TracedTable) -> None:
    connection.exec_driver_sql(f"CLUSTER {table.name} USING pk_{table.name}")
