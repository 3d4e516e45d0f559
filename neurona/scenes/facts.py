"""What holds in a scene, what does not, and what nobody said; and facts as programs.

A fact holds where the scene states it, or states its inverse or symmetric form (`on` and `under`; `beside`). It fails
where it, or such a form, is denied, and in a complete scene wherever it does not hold. Else it is unknown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from neurona.programs import Query, Vocabulary, parse
from neurona.programs.facts import Fact
from neurona.programs.tree import And, Atom, Describe, Exists, The, Variable
from neurona.scenes.names import NameTable
from neurona.scenes.scene_graph import SceneGraph


@dataclass(frozen=True, slots=True)
class SceneFacts:
    """The facts of one scene with all their forms.

    Attributes:
        image: its id.
        true: facts that hold.
        false: facts that are denied; in a complete scene all that are not true fail as well.
        complete: whether what is not true is false.
    """

    image: str
    true: frozenset[Fact]
    false: frozenset[Fact]
    complete: bool

    def holds(self, fact: Fact) -> bool | None:
        """Whether the fact holds; None where it is unknown."""
        if fact in self.true:
            return True
        return False if self.complete or fact in self.false else None


def scene_facts(scenes: Iterable[SceneGraph], table: NameTable) -> list[SceneFacts]:
    """The facts of each scene, closed under inverse and symmetric forms."""

    def closed(facts: Iterable[Fact]) -> frozenset[Fact]:
        return frozenset(form for fact in facts for form in table.forms(fact))

    found = []
    for scene in scenes:
        true = closed(scene.facts)
        found.append(SceneFacts(scene.image, true, closed(scene.denied) - true, scene.complete))
    return found


def swapped(fact: Fact) -> Fact:
    """Subject and object the other way round."""
    return Fact(fact.name, fact.arguments[::-1])


def restricted(scenes: Iterable[SceneFacts], vocabulary: Vocabulary) -> tuple[list[SceneFacts], Counter[str]]:
    """The scenes' facts that the vocabulary has all words of, and how often each other word stood in one."""
    concepts, relations = frozenset(vocabulary.concepts), frozenset(vocabulary.relations)
    unseen: Counter[str] = Counter()

    @cache
    def missing(fact: Fact) -> tuple[str, ...]:
        own = relations if len(fact.arguments) == 2 else concepts
        lacking = [] if fact.name in own else [fact.name]
        return tuple(lacking + [noun for noun in fact.arguments if noun not in concepts])

    found = []
    for scene in scenes:
        for fact in scene.true | scene.false:
            unseen.update(missing(fact))
        true = frozenset(fact for fact in scene.true if not missing(fact))
        false = frozenset(fact for fact in scene.false if not missing(fact))
        found.append(replace(scene, true=true, false=false))
    return found, unseen


def program_of(fact: Fact) -> str:
    """The yes/no question whether the fact holds, in logic syntax.

    Fact("bat")                         exists x. bat(x)
    Fact("red", ("ball",))              exists x. red(x) & ball(x)
    Fact("hold", ("person", "bat"))     exists x. person(x) & hold(x, the y. bat(y))
    """
    match fact.arguments:
        case ():
            return f"exists x. {fact.name}(x)"
        case (noun,):
            return f"exists x. {fact.name}(x) & {noun}(x)"
        case (subject, object_):
            return f"exists x. {subject}(x) & {fact.name}(x, the y. {object_}(y))"
    raise ValueError(f"a fact has at most two arguments, found {fact.arguments}")


def describe_program(category: str, subject: str, object_: str) -> str:
    """The question which word of the category holds between two nouns."""
    return f"describe {category}(the x. {subject}(x), the y. {object_}(y))"


def fact_of(program: str, answer: str = "") -> Fact | None:
    """The fact that a question is about; for a describe question, the one that its answer states.

    None for programs of any other form than those of `program_of` and `describe_program`.

    Raises:
        QueryError: not a program.
    """
    query = _parsed(program)
    match query:
        case Exists(x, Atom(name, (Variable(y),))) if x == y:
            return Fact(name)
        case Exists(x, And((Atom(first, (Variable(y),)), Atom(second, terms)))) if x == y:
            match terms:
                case (Variable(z),) if z == x:
                    return Fact(first, (second,))
                case (Variable(z), The(v, Atom(object_, (Variable(w),)))) if z == x and v == w:
                    return Fact(second, (first, object_))
        case Describe(_, (The(x, Atom(subject, (Variable(y),))), The(v, Atom(object_, (Variable(w),))))):
            if x == y and v == w:
                return Fact(answer, (subject, object_))
    return None


@lru_cache(maxsize=1 << 17)
def _parsed(program: str) -> Query:
    return parse(program)
