"""How large molecules are: factors that give the molecules of a law the sizes of those of its library."""

from dataclasses import replace

import numpy as np

from molgfn.chem.trees.neighbourhoods import NeighbourhoodCounts
from molgfn.environments.tables import BlockTables
from molgfn.prior.growth import Growth
from molgfn.prior.law import LibraryLaw

_LARGEST = 20
_GROWN = 100_000
_SEED = 2021


def with_size_weights(counts: NeighbourhoodCounts, tables: BlockTables) -> NeighbourhoodCounts:
    """Return the counts with `size_weights`, for molecules of up to 20 blocks.

    The weight of a number of blocks is the share of such molecules in the library over their share in the law without
    weights, which is estimated from 100,000 trees. Half a molecule is added to each count, so that no weight is 0.
    """
    law = LibraryLaw(replace(counts, size_weights=()), tables)
    grown = Growth(law, 1, _LARGEST).grow(_GROWN, np.random.default_rng(_SEED))
    length = np.arange(_LARGEST + 1)
    library = np.zeros(_LARGEST + 1)
    inside = min(len(counts.sizes), _LARGEST + 1)
    library[:inside] = counts.sizes[:inside]
    drawn = (np.bincount(grown.length, minlength=_LARGEST + 1) + 0.5) / np.maximum(length, 1)
    ratio = ((library + 0.5) / drawn)[1:]
    return replace(counts, size_weights=(1.0, *(ratio / ratio.max()).tolist()))
