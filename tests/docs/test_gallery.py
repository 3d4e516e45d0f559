"""Every script of the gallery comes to its end, where it compares what another process reads with what was read in memory."""

import os
import subprocess
import sys

import pytest
from pages import DOCS, text_of

SCRIPTS = sorted((DOCS / "gallery").glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_a_script_runs(script, tmp_path):
    own = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, script], check=False, cwd=tmp_path, env=own, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "SIMULATED" in done.stdout
    assert "the same answers, bit for bit" in done.stdout


def test_every_script_is_on_the_page_of_the_gallery():
    page = text_of("gallery/index.md")
    for script in SCRIPTS:
        assert f'--8<-- "docs/gallery/{script.name}"' in page
