"""The four phases of a round: propose, select, query, learn.

Each is a function of the store, of the files of finished phases and of the campaign's seed alone, and ends by writing
its results and the note that it is finished in one transaction. So a phase that was cut off is done again from its
start, and ends the same.
"""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from molgfn.campaign.config import Campaign
from molgfn.campaign.constraints import Constraints
from molgfn.campaign.objective import Objective, Scoring
from molgfn.campaign.parts import FlowStep, FlowTrainer, Parts, ProxyEpoch, Sampled
from molgfn.campaign.proposals import Proposals, inchikeys_of
from molgfn.campaign.run_directory import RunDirectory, whole_folder, write_json, write_text
from molgfn.campaign.selection import Candidate, select_batch
from molgfn.campaign.signals import StopRequest
from molgfn.campaign.store import CompoundRow, PredictionRow, Store
from molgfn.errors import OracleError, Stopped
from molgfn.oracles.base import Answer, Compound, Failure, Measurement, Oracle
from molgfn.progress import Progress
