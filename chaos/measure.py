"""Times taken and told: p50 and worst over repetitions."""

from dataclasses import dataclass, field
from statistics import median

from chaos.scenario import Facts

P50, WORST, SEEN = ": p50 s", ": worst s", ": times seen"


@dataclass(slots=True)
class Times:
    """Seconds of one kind of recovery."""

    name: str
    seconds: list[float] = field(default_factory=list)

    def add(self, seconds: float) -> None:
        """One more repetition."""
        self.seconds.append(seconds)

    def facts(self) -> Facts:
        """p50, worst and count under names that stay the same from run to run."""
        if not self.seconds:
            return {self.name + SEEN: 0}
        return {
            self.name + P50: round(median(self.seconds), 1),
            self.name + WORST: round(max(self.seconds), 1),
            self.name + SEEN: len(self.seconds),
        }
