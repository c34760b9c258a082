"""Files are written whole or not at all."""

from pathlib import Path
from typing import TextIO

import pytest

from survey_service.exchange.faults import BadInputError
from survey_service.exchange.file_output import write_whole


def write_new(stream: TextIO) -> None:
    stream.write("new\n")


def fail_halfway(stream: TextIO) -> None:
    stream.write("half")
    raise ValueError("halfway")


def test_a_file_is_created_readable_by_its_owner_alone(tmp_path: Path) -> None:
    write_whole(tmp_path / "out.csv", write_new, sources=())

    assert (tmp_path / "out.csv").read_bytes() == b"new\n"
    assert (tmp_path / "out.csv").stat().st_mode & 0o077 == 0


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(ValueError, match="halfway"):
        write_whole(path, fail_halfway, sources=())

    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_is_followed_and_kept(tmp_path: Path) -> None:
    (tmp_path / "target.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to("target.csv")
    write_whole(tmp_path / "link.csv", write_new, sources=())

    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "target.csv").read_text() == "new\n"


def test_a_device_is_written_to_and_not_replaced() -> None:
    write_whole(Path("/dev/null"), write_new, sources=())

    assert Path("/dev/null").is_char_device()


def test_the_file_that_is_read_is_never_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("old")
    with pytest.raises(BadInputError, match="found the same file"):
        write_whole(tmp_path / "." / "in.csv", write_new, sources=(source,))

    assert source.read_text() == "old"


def test_a_directory_or_a_missing_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="found a directory"):
        write_whole(tmp_path, write_new, sources=())
    with pytest.raises(BadInputError, match="no directory nowhere"):
        write_whole(tmp_path / "nowhere" / "out.csv", write_new, sources=())
