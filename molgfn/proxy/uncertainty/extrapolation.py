"""Predictions far outside the values that a proxy was trained on: nothing it has seen speaks for them."""

from dataclasses import dataclass

from molgfn.arrays import BoolArray, FloatArray
from molgfn.proxy.data.training_data import TrainingData


@dataclass(frozen=True)
class ValueRange:
    """The measured values of the training molecules.

    Attributes
    ----------
    least, most : float
    margin : float
        Their standard deviation: predictions farther outside than that are extrapolations.
    """

    least: float
    most: float
    margin: float

    @classmethod
    def of(cls, data: TrainingData) -> "ValueRange":
        """Return the range of the measured values; bounds do not count."""
        measured = data.values[data.sides == 0]
        return cls(float(measured.min()), float(measured.max()), float(measured.std()))

    def is_beyond(self, predicted: FloatArray) -> BoolArray:
        """Return which of B predictions are extrapolations, shape (B,)."""
        return (predicted < self.least - self.margin) | (predicted > self.most + self.margin)
