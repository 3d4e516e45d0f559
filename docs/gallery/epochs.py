"""MNE epochs with metadata: a decoder of two columns at once, kept, and used on epochs of another day by another process.

The data are SIMULATED: EEG of 32 electrodes, 160 epochs of faces, cats, houses and shoes, half of them familiar.
"""

import os
import shlex
import subprocess
import sys
import tempfile

import mne
import numpy as np
import pandas as pd

import neurona as nr

mne.set_log_level("error")
os.chdir(tempfile.mkdtemp(prefix="neurona-epochs-"))
rng = np.random.default_rng(0)
KINDS = np.array(["cat", "face", "house", "shoe"])
PATTERNS = 3e-6 * rng.normal(size=(4, 32))  # volts at each electrode, from 100 to 250 ms
FAMILIAR = 3e-6 * rng.normal(size=32)  # from 300 to 500 ms


def simulate(trials):
    montage = mne.channels.make_standard_montage("biosemi32")
    info = mne.create_info(montage.ch_names, sfreq=100, ch_types="eeg").set_montage(montage)
    metadata = pd.DataFrame({"kind": KINDS[np.resize(range(4), trials)], "familiar": rng.random(trials) < 0.5})
    metadata["block"] = np.arange(trials) // 40
    signal = 10e-6 * rng.normal(size=(trials, 32, 80))  # -200 to 590 ms
    signal[:, :, 30:45] += PATTERNS[np.searchsorted(KINDS, metadata.kind), :, None]
    signal[metadata.familiar, :, 50:70] += FAMILIAR[:, None]
    events = np.stack([1000 * np.arange(trials), np.zeros(trials), np.ones(trials)], axis=1).astype(int)
    return mne.EpochsArray(signal, info, events, tmin=-0.2, event_id={"shown": 1}, metadata=metadata)


def command(line):
    """A command as you would type it, in a process of its own."""
    subprocess.run([sys.executable, "-m", *shlex.split(line)], check=True)


simulate(160).save("monday-epo.fif")
simulate(40).save("tuesday-epo.fif")

# --- Epochs, picked, filtered and cleaned as you like; what was shown stands in their metadata.
epochs = mne.read_epochs("monday-epo.fif")
ontology = {"animate": "cat(x) | face(x)"}
data = nr.Dataset.from_epochs(epochs, ["kind", "familiar"], groups="block", definitions=ontology)

# --- A decoder of all of it.
decoder = nr.fit(data, "linear_evidence")
decoder.save("decoder")

# --- Epochs of another day.
later = mne.read_epochs("tuesday-epo.fif")
reading = decoder.read(nr.Dataset.from_epochs(later))
queries = ["describe kind", "exists x. familiar(x)", "exists x. animate(x) & familiar(x)"]
told = reading.ask(queries)
right = told.answer[:40].to_numpy() == later.metadata.kind.to_numpy()
print(f"SIMULATED: accuracy {right.mean():.2f} on epochs of another day, chance 0.25")
print(told[told.recording == told.recording[0]].to_string(index=False))

# --- The same by another process, which has the files.
command("neurona read decoder tuesday-epo.fif --out reading")
again = nr.open_reading("reading").ask(queries)
pd.testing.assert_frame_equal(again.iloc[:, 1:], told.iloc[:, 1:], check_exact=True)  # all but the recordings' names
assert right.mean() > 0.8, "what was planted is found again"
print(f"the same answers, bit for bit; all files are in {os.getcwd()}")
