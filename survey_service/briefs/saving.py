"""A brief as a file: whole or not at all."""

import os
import tempfile
from pathlib import Path


def save_whole(path: Path, written: bytes) -> None:
    """Write a file so that nobody ever finds half of it; what stood there stays until then.

    Raises:
        OSError: where nothing can be written, as on a full disk.
    """
    with tempfile.NamedTemporaryFile(
        dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as draft:
        try:
            draft.write(written)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
