"""The register, and the wiring of the whole project."""

import os

# Before numpy is loaded. Its matrices are small here and processes share the cores: with a thread for each core a scoring takes
# five times as long on a busy machine, and on another number of cores the last bit of a figure may be another one.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
