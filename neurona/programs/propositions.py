"""Formulas over a few individuals as propositional clauses, and the search for a world that fulfils them.

Quantifiers become conjunctions and disjunctions over the individuals, counts become unary counters, `the` is Russell's (see
`worlds`). Every sub-formula gets one propositional variable (Tseitin, 1968), so the clauses stay as few as the grounded
sub-formulas; SymPy's solver (DPLL with watched literals) searches. Atoms, sub-formulas, steps and decisions are bounded:
whatever the query, an answer or a QueryError comes.
"""

from __future__ import annotations

from collections.abc import Iterable

from neurona.errors import QueryError
from neurona.programs.tree import (
    And,
    Atom,
    Compare,
    Count,
    Exists,
    Forall,
    Formula,
    Iff,
    Implies,
    Node,
    Not,
    Number,
    Or,
    The,
    Variable,
    free_variables,
)
from neurona.programs.worlds import COMPARISONS, Fact, World

MAX_ATOMS = 500
MAX_GATES = 20_000
MAX_STEPS = 200_000
MAX_DECISIONS = 20_000

TRUE = 1


def find_world(formulas: Iterable[Formula], individuals: int, decisions: int = MAX_DECISIONS) -> World | None:
    """A world of that many individuals in which closed formulas all hold; None if there is none.

    Raises:
        QueryError: more than 500 propositional atoms, 20,000 grounded sub-formulas, 200,000 steps, or that many
            decisions of the solver.
    """
    formulas = list(formulas)
    clauses = _Clauses(individuals)
    for formula in formulas:
        clauses.require(clauses.literal(formula, {}))
    found = _solve(clauses.found, clauses.variables, decisions)
    if found is None:
        return None
    return World(individuals, frozenset(fact for fact, atom in clauses.atoms.items() if atom in found))


def _solve(clauses: list[frozenset[int]], variables: int, decisions: int) -> set[int] | None:
    """The true variables of a solution."""
    from sympy.logic.algorithms.dpll2 import SATSolver  # half a second of CPU that few queries need

    names = range(1, variables + 1)
    solver = SATSolver(clauses, set(names), set(), list(names), INTERVAL=100)

    def give_up() -> None:
        if solver.num_decisions > decisions:
            raise QueryError(f"not settled after {decisions} decisions; ask for fewer individuals")

    solver.update_functions.append(give_up)
    solution = next(solver._find_model(), None)
    return None if solution is None else {name for name, holds in solution.items() if holds}


class _Clauses:
    """Clauses over numbered variables; variable 1 is true. A literal is a variable or its negative."""

    def __init__(self, individuals: int):
        self.individuals = range(individuals)
        self.variables = TRUE
        self.found: list[frozenset[int]] = [frozenset([TRUE])]
        self.atoms: dict[Fact, int] = {}
        self._gates: dict[frozenset[int], int] = {}
        self._known: dict[tuple[int, tuple[int, ...]], int] = {}
        self._free: dict[int, tuple[str, ...]] = {}
        self._steps = 0

    def require(self, literal: int) -> None:
        self.found.append(frozenset([literal]))

    def all(self, literals: Iterable[int]) -> int:
        """The literal that is true where all of these are."""
        parts = frozenset(literals) - {TRUE}
        if not parts:
            return TRUE
        if -TRUE in parts or any(-part in parts for part in parts):
            return -TRUE
        if len(parts) == 1:
            return next(iter(parts))
        if parts not in self._gates:
            self._gates[parts] = gate = self._new()
            self.found += [frozenset([-gate, part]) for part in parts]
            self.found.append(frozenset([gate, *(-part for part in parts)]))
        return self._gates[parts]

    def any(self, literals: Iterable[int]) -> int:
        return -self.all(-literal for literal in literals)

    def _new(self) -> int:
        self.variables += 1
        if self.variables > MAX_GATES:
            raise QueryError(f"the query has more than {MAX_GATES} parts over {len(self.individuals)} individuals")
        return self.variables

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise QueryError(f"the query needs more than {MAX_STEPS} steps over {len(self.individuals)} individuals")

    def _atom(self, fact: Fact) -> int:
        if fact not in self.atoms:
            if len(self.atoms) >= MAX_ATOMS:
                raise QueryError(f"the query has more than {MAX_ATOMS} atoms over {len(self.individuals)} individuals")
            self.atoms[fact] = self._new()
        return self.atoms[fact]

    def literal(self, node: Node, bound: dict[str, int]) -> int:
        """The literal of a formula; its parts are put into clauses once for each assignment of their free variables."""
        self._step()
        if id(node) not in self._free:
            self._free[id(node)] = tuple(sorted(free_variables(node)))
        key = (id(node), tuple(bound[name] for name in self._free[id(node)]))
        if key not in self._known:
            self._known[key] = self._literal(node, bound)
        return self._known[key]

    def _literal(self, node: Node, bound: dict[str, int]) -> int:
        match node:
            case Atom():
                return self._applied(node, (), bound)
            case Not(body):
                return -self.literal(body, bound)
            case And(parts):
                return self.all([self.literal(part, bound) for part in parts])
            case Or(parts):
                return self.any([self.literal(part, bound) for part in parts])
            case Implies(left, right):
                return self.any([-self.literal(left, bound), self.literal(right, bound)])
            case Iff(left, right):
                a, b = self.literal(left, bound), self.literal(right, bound)
                return self.all([self.any([-a, b]), self.any([a, -b])])
            case Exists():
                return self.any(self._instances(node, bound))
            case Forall():
                return self.all(self._instances(node, bound))
            case Compare(operator, left, right):
                return self._compared(operator, left, right, bound)
        raise QueryError(f"not a formula: {type(node).__name__}")

    def _instances(self, node: Exists | Forall | Count | The, bound: dict[str, int]) -> list[int]:
        return [self.literal(node.body, {**bound, node.variable: k}) for k in self.individuals]

    def _applied(self, atom: Atom, chosen: tuple[int, ...], bound: dict[str, int]) -> int:
        """The atom with its first terms already chosen."""
        self._step()
        if len(chosen) == len(atom.terms):
            return self._atom((atom.name, chosen))
        term = atom.terms[len(chosen)]
        if isinstance(term, Variable):
            return self._applied(atom, (*chosen, bound[term.name]), bound)
        holds = self._instances(term, bound)
        alone = [self.all([one, *(-other for j, other in enumerate(holds) if j != k)]) for k, one in enumerate(holds)]
        return self.any([self.all([alone[k], self._applied(atom, (*chosen, k), bound)]) for k in self.individuals])

    def _compared(self, operator: str, left: Count | Number, right: Count | Number, bound: dict[str, int]) -> int:
        if isinstance(left, Number) and isinstance(right, Number):
            return TRUE if COMPARISONS[operator](left.value, right.value) else -TRUE
        a, b = self._counter(left, bound), self._counter(right, bound)
        more, fewer = self._more(a, b), self._more(b, a)
        equal = self.all([-more, -fewer])
        return {">": more, "<": fewer, ">=": -fewer, "<=": -more, "=": equal, "!=": -equal}[operator]

    def _more(self, left: list[int], right: list[int]) -> int:
        return self.any([self.all([a, -b]) for a, b in zip(left, right, strict=True)])

    def _counter(self, number: Count | Number, bound: dict[str, int]) -> list[int]:
        """At place k the literal of `number > k`, for k up to the number of individuals."""
        top = len(self.individuals)
        if isinstance(number, Number):
            return [TRUE if number.value > k else -TRUE for k in range(top + 1)]
        counter = [-TRUE] * (top + 1)
        for one in self._instances(number, bound):
            counter = [
                self.any([was, self.all([one, below])])
                for was, below in zip(counter, [TRUE, *counter[:-1]], strict=True)
            ]
        return counter
