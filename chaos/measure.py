"""Times taken and told: p50 and worst over repetitions."""

from dataclasses import dataclass, field
from statistics import median

from chaos.scenario import Facts


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
            return {f"{self.name}: times seen": 0}
        return {
            f"{self.name}: p50 s": round(median(self.seconds), 1),
            f"{self.name}: worst s": round(max(self.seconds), 1),
            f"{self.name}: times seen": len(self.seconds),
        }
