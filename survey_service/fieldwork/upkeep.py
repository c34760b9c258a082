"""What an installation does for itself once a day, so that its promises do not rest on anybody."""

import fcntl
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from survey_service.accounts.kept_forms import forget_old_forms
from survey_service.accounts.key_rotation import settle_accounts_key
from survey_service.fieldwork.counting import take_counts
from survey_service.fieldwork.importing import forget_old_uploads
from survey_service.fieldwork.retention import Purged, prove_purges, purge_expired
from survey_service.fieldwork.waves import WaveStatus
from survey_service.storage import projects
from survey_service.storage.database import compact, reading
from survey_service.storage.keys import KeyStore
from survey_service.storage.purge_proofs import PurgeProof


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The projects that were purged, and whether the database file could be rewritten.

    Where it could, `proofs` tell what was found when it was looked again for what was removed.
    """

    purged: tuple[Purged, ...]
    is_compacted: bool
    proofs: tuple[PurgeProof, ...] = ()


def do_upkeep(keys: KeyStore, today: date) -> Upkeep:
    """Purge what is past its date, destroy keys left behind, and rewrite the database file.

    Every open wave's counts are taken for the day; pages read no others. Uploaded files of earlier
    days are removed, but for one that is being imported.
    """
    for project in projects.find_projects(reading()):
        for wave in projects.find_waves(reading(), project.id):
            if wave.status in {WaveStatus.CLOSED, WaveStatus.RELEASED}:
                # A closing that was cut short may have left it.
                keys.destroy_wave_key(wave.id)
            take_counts(wave.id, today)
    # Signs of life are by the machine's clock, whatever day the upkeep is done for.
    forget_old_uploads(today, datetime.now(UTC).replace(tzinfo=None))
    forget_old_forms(today)
    purged = purge_expired(keys, today)
    # Also where nothing was removed: what came since yesterday lies in the order it came in.
    is_compacted = compact()
    proofs = prove_purges(keys, purged, today) if is_compacted else []
    return Upkeep(tuple(purged), is_compacted, tuple(proofs))


def daily_upkeep(keys: KeyStore, today: date, mark: Path) -> bool:
    """Do the upkeep unless it was done today, or another process is at it; tell whether it was.

    `mark` is a file that holds the day of the last upkeep and is locked meanwhile. An upkeep that
    fails or cannot rewrite the file leaves the day as it was: the next call tries again.
    """
    descriptor = os.open(mark, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "r+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        settle_accounts_key(keys)  # at every look: until then nobody's one-time password fits
        if file.read().strip() == today.isoformat():
            return False
        is_done = do_upkeep(keys, today).is_compacted
        if is_done:
            file.seek(0)
            file.truncate()
            file.write(today.isoformat())
    return is_done
