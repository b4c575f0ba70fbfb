"""The faults that only GitHub has, beside those of any server."""

from dataclasses import dataclass

from playground import faults


@dataclass
class Fault(faults.Fault):
    """Adds both of GitHub's rate limits."""

    kinds = (*faults.Fault.kinds, "secondary_limit", "primary_limit")
