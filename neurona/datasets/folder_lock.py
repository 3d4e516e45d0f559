"""One writer a folder: two conversions into one place would mix their files.

The lock is the operating system's, on the file `.<name>.lock` beside the folder, so it goes with the process that held it,
however that ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from neurona.errors import OutputError


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the right to write `folder`; its parent is made.

    Raises:
        OutputError: another process holds it, or its parent cannot be written.
    """
    path = folder.parent / f".{folder.name}.lock"
    lock = FileLock(path)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout as error:
        raise OutputError(
            f"{folder}: another process is writing it; wait until it has finished, or choose another folder"
        ) from error
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error}); choose a folder that you may write to") from error
    try:
        yield
    finally:
        # Removed while it is held: who opened it meanwhile still fails at once, for nobody waits for this lock.
        path.unlink(missing_ok=True)
        lock.release()
