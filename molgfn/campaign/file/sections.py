"""The sections of a campaign file, with their types, limits and defaults; those of oracles are in `oracles/`."""

from math import inf
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from molgfn.bundled import bundled
from molgfn.campaign.file.fields import (
    ANY,
    Catalogs,
    Count,
    DataFile,
    NaturalNumber,
    NotNegative,
    Positive,
    ProxyFolder,
    Section,
    Share,
    ShareOrZero,
    Smarts,
    Window,
    core_smiles,
)
from molgfn.campaign.file.oracles.kinds import OracleSection
from molgfn.device import DeviceName
from molgfn.environments.limits import HARD_JOINS


class CampaignSection(Section):
    """`[campaign]`: what it is called and how much it may spend."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)
    seed: Annotated[int, Field(ge=0, lt=2**31)] = 1
    rounds: Count = 2
    batch_size: Count = 10
    """Molecules sent to the oracle each round."""
    proposals: Count = 200
    """Candidates kept each round, of which the batch is chosen."""
    initial: Annotated[int, Field(ge=10)] = 48
    """Random molecules measured as round 0 where no data is given to train the first proxy."""


class VocabularySection(Section):
    """`[vocabulary]`: the blocks that molecules are built from."""

    file: DataFile = Field(default_factory=lambda: bundled("data", "vocabulary.json"))
    min_blocks: Count = 2
    max_blocks: Annotated[int, Field(ge=1, le=100)] = 8


class CoreSection(Section):
    """`[core]`: a scaffold that every molecule contains, with its open stems as `[*:1]`, `[*:2]`, ..."""

    smiles: Annotated[str, AfterValidator(core_smiles)]


class PriorSection(Section):
    """`[prior]`: how much molecules are preferred that look like those of the library of the vocabulary."""

    weight: NotNegative = 1.0
    """Exponent of the library's law beside the reward; 0: no prior."""
    network: bool = True
    """Whether each round starts from a flow network that was trained on the prior."""
    draws: Count = 16
    """Molecules drawn for each one that is kept as a sample; 1: the samples of the flow network as they are."""


class WindowsSection(Section):
    """`[objective.windows]`: [low, high] of each property, ends included; inf where there is no limit."""

    mw: Window = (200.0, 500.0)
    clogp: Window = (-1.0, 5.0)
    tpsa: Window = ANY
    hbd: Window = (0.0, 5.0)
    hba: Window = ANY
    rotatable_bonds: Window = (0.0, 10.0)
    qed: Window = ANY
    sa_score: Window = (1.0, 5.0)
    heavy_atoms: Window = ANY
    rings: Window = ANY
    aromatic_rings: Window = (0.0, 4.0)
    fraction_csp3: Window = ANY
    stereocentres: Window = (0.0, 3.0)
    hard_joins: Window = (0.0, 2.0)
    log_prior_per_block: Window = ANY

    def limits(self) -> dict[str, tuple[float, float]]:
        """Return the windows that limit anything, by property name; hard joins are no property of a molecule alone."""
        return {name: window for name, window in self if window != ANY and name != HARD_JOINS}

    def upper(self) -> dict[str, float]:
        """Return the upper limits, by property name."""
        return {name: high for name, (_, high) in self if high < inf}


class ObjectiveSection(Section):
    """`[objective]`: what a good molecule is."""

    best: float = -14.0
    worst: float = -6.0
    exponent: Positive = 12.0
    floor: Annotated[float, Field(gt=0, lt=1)] = 1e-3
    size_correction: NotNegative = 0.0
    """How much of a value each heavy atom gives by size alone, in the unit of the oracle."""
    windows: WindowsSection = WindowsSection()
    masks: bool = True
    """Whether nothing is built beyond an upper limit of a property that only grows."""
    alerts: Catalogs = ("PAINS", "BRENK")
    required: Smarts = ()
    forbidden: Smarts = ()


class ProxySection(Section):
    """`[proxy]`: the model that predicts the oracle."""

    start: ProxyFolder | None = None
    data: DataFile | None = None
    value_column: Annotated[str, Field(min_length=1)] = "score_kcal_mol"
    model: Literal["network", "forest"] = "network"
    members: Annotated[int, Field(ge=2)] = 5
    epochs: Count = 25
    fine_tune_epochs: Count = 6
    """Passes over the data where the training goes on from an earlier proxy."""


class SourcesSection(Section):
    """`[sources]`: which share of the candidates of a round comes from where; the flow network gives the rest."""

    tree_search: ShareOrZero = 0.25
    """Of a search over trees of blocks that starts at the best measured molecules; none with a core, or without counts
    of a library."""
    graph_ga: ShareOrZero = 0.0
    """Of children of the best measured molecules that need not be made of blocks."""
    library: ShareOrZero = 0.0
    """Of the molecules in `library_file`."""
    library_file: DataFile | None = None


class SamplerSection(Section):
    """`[sampler]`: the flow network and how long it is trained each round."""

    steps: Count = 1000
    later_rounds: ShareOrZero = 0.5
    """Share of `steps` in later rounds, which go on from the network of the round before; 0: each starts anew."""
    batch_size: Count = 64
    learning_rate: Positive | None = None
    """Not given: that of the objective, see `models/flow.py`."""
    log_z_learning_rate: Positive = 0.1
    epsilon: ShareOrZero = 0.1
    replay_fraction: Annotated[float, Field(ge=0, lt=1)] = 0.5
    width: Annotated[int, Field(ge=8)] = 128
    layers: Count = 1
    objective: Literal["auto", "likelihood", "TB", "SubTB", "DB", "FM"] = "auto"
    forward_looking: bool = False
    """Whether the rewards of the states on the way are asked too."""
    library_fraction: ShareOrZero = 0.0
    """Known molecules added to each batch, as a share of it."""
    local_search_fraction: ShareOrZero = 0.0
    """Molecules of before with their last blocks built anew, added to each batch, as a share of it."""


class AcquisitionSection(Section):
    """`[acquisition]`: how predicted value and uncertainty make one number."""

    kind: Literal["greedy", "ucb", "ei", "pi", "thompson"] = "ucb"
    kappa: NotNegative = 0.2
    second_model: bool = True
    """Whether the less good of two predictions counts: that of the proxy, and that of a Gaussian process."""


class SelectionSection(Section):
    """`[selection]`: how different the molecules of one batch are."""

    max_similarity: Share = 0.6
    max_cost: ShareOrZero = 0.05
    """Acquisition that each choice may lose by it, as a share of the range from `worst` to `best`."""


class RoutesSection(Section):
    """`[routes]`: what is known of reactants."""

    stock: DataFile | None = None
    """A table or list of the compounds that are there."""


class ComputeSection(Section):
    """`[compute]`: worker processes (0: one for each core), threads of the learning, and what networks run on."""

    workers: NaturalNumber = 0
    threads: Count = 1
    device: DeviceName = "auto"


class Campaign(Section):
    """A whole campaign file; every path in it is absolute."""

    campaign: CampaignSection
    oracle: OracleSection
    vocabulary: VocabularySection = Field(default_factory=VocabularySection)
    core: CoreSection | None = None
    objective: ObjectiveSection = ObjectiveSection()
    proxy: ProxySection = ProxySection()
    prior: PriorSection = PriorSection()
    sources: SourcesSection = SourcesSection()
    sampler: SamplerSection = SamplerSection()
    acquisition: AcquisitionSection = AcquisitionSection()
    selection: SelectionSection = SelectionSection()
    routes: RoutesSection = RoutesSection()
    compute: ComputeSection = ComputeSection()
