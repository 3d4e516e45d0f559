"""A table says of scenes what the evidence says, whatever the places of the facts."""

import numpy as np
from worlds_cases import enumerated, evidence

from neurona.worlds.tables import ABSENT, table_of


def test_log_p_of_every_scene_is_that_of_the_evidence():
    of = evidence(0, 1, (("big", "red"),))
    numbers, every, share = enumerated(of, 0)
    table, places = table_of(of, 0, numbers[:3], numbers[3:][::-1], slots=4, size=64)
    place = {number: k for k, number in enumerate(places.tolist())}
    said = np.zeros((len(every), 64))
    said[:, [place[number] for number in numbers.tolist()]] = every
    log_p = said @ table.lift - ((said @ table.effect[:, : said.shape[1]]) * said).sum(axis=1) / 2
    np.testing.assert_allclose(log_p - log_p.max(), np.log(share / share.max()), atol=1e-3)


def test_places_without_a_fact_are_never_worth_taking():
    of = evidence(0, 1)
    table, places = table_of(of, 0, np.arange(2), of.space.said_of(np.arange(2)), slots=3, size=64)
    assert (table.lift[places < 0] == ABSENT).all()
    assert not table.effect[places < 0].any()
    assert not table.needs[:3].any()


def test_the_same_of_another_thing_stands_where_the_table_says():
    of = evidence(0, 1)
    things = np.arange(3)
    table, places = table_of(of, 0, things, of.space.said_of(things), slots=3, size=64)
    for turn, instead in enumerate((table.instead_first, table.instead_second)):
        for thing in range(3):
            for place in np.flatnonzero(places >= 3):
                sought = int(of.space.with_things(places[[place]], turn, np.array([thing]))[0, 0])
                at = int(instead[thing, place])
                assert (at == 64 and sought < 0) or places[at] == sought
