"""X, y and an ontology: a pipeline, a grid search, and a decoder that another process uses.

The data are SIMULATED: 240 responses of 60 features to four classes, 40 in each of 6 runs; each class has a pattern of its own.
"""

import os
import subprocess
import sys
import tempfile

import joblib
import numpy as np
import pandas as pd
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import neurona as nr
from neurona.decoders.linear_evidence import LinearEvidenceSettings

os.chdir(tempfile.mkdtemp(prefix="neurona-arrays-"))
rng = np.random.default_rng(0)
CLASSES = np.array(["cat", "face", "house", "shoe"])
PATTERNS = rng.normal(size=(4, 60))


def simulate(trials):
    shown = rng.permutation(np.resize(range(4), trials))
    return 5 + PATTERNS[shown] + 3 * rng.normal(size=(trials, 60)), CLASSES[shown]


X, y = simulate(240)
runs = np.repeat(range(6), 40)

# --- A decoder in a pipeline, its settings chosen by folds that keep runs together.
ontology = {"animate": "cat(x) | face(x)"}
pipeline = make_pipeline(StandardScaler(), nr.ConceptDecoder(definitions=ontology))
settings = [LinearEvidenceSettings(decays=(decay,)) for decay in (0.01, 0.1, 1.0)]
search = GridSearchCV(pipeline, {"conceptdecoder__decoder": settings}, cv=GroupKFold(3))
search.fit(X, y, groups=runs)

# --- New recordings: classes, their probabilities, and whatever the ontology lets you ask.
new_X, new_y = simulate(40)
print(f"SIMULATED: accuracy {search.score(new_X, new_y):.2f} on new recordings, chance 0.25")
scaler, decoder = search.best_estimator_
queries = ["Is there a face?", "exists x. animate(x) & ~face(x)", "describe label"]
told = decoder.ask(scaler.transform(new_X), queries)
print(told[told.recording == "0"].to_string(index=False))

# --- Kept: scikit-learn's steps as scikit-learn keeps them, the decoder without a pickle.
joblib.dump(scaler, "scaler.joblib")
decoder.decoder_.save("decoder")

# --- Another process, which has the files and the new recordings.
LATER = """
import joblib
import numpy as np
import neurona as nr

X = joblib.load("scaler.joblib").transform(np.load("new.npy"))
reading = nr.load("decoder").read(nr.Dataset.from_arrays(X))
reading.save("reading")
"""
np.save("new.npy", new_X)
subprocess.run([sys.executable, "-c", LATER], check=True)
again = nr.open_reading("reading").ask(queries)
pd.testing.assert_frame_equal(again.iloc[:, 1:], told.iloc[:, 1:], check_exact=True)  # all but the recordings' names
assert search.score(new_X, new_y) > 0.8, "what was planted is found again"
print(f"the same answers, bit for bit; all files are in {os.getcwd()}")
