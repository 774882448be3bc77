"""Every mutant, by what it breaks. A refactoring that moves the text moves the mutant along: a quick test says so."""

from chaos.mutants.catalogue.edge import EDGE
from chaos.mutants.catalogue.learning import LEARNING
from chaos.mutants.catalogue.money import MONEY
from chaos.mutants.catalogue.queue import QUEUE
from chaos.mutants.catalogue.seats import SEATS
from chaos.mutants.catalogue.work import WORK
from chaos.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (*SEATS, *QUEUE, *MONEY, *LEARNING, *WORK, *EDGE)
