"""A brief as a file: whole or not at all."""

import os
import tempfile
from pathlib import Path


def save_whole(path: Path, written: bytes) -> None:
    """Write a file so that nobody ever finds half of it; what stood there stays until then.

    A link is followed, and a pipe or device is written to rather than replaced.

    Raises:
        OSError: where nothing can be written, as on a full disk.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(written)
        return
    with tempfile.NamedTemporaryFile(
        dir=target.parent, prefix=f".{target.name}.", delete=False
    ) as draft:
        try:
            draft.write(written)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).replace(target)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
