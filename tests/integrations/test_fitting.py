"""Which columns take which fields, by their names and by what they can hold."""

import pytest
from django.utils import translation

from integrations.contracts import FIELDS, Column, ConnectorError, Field
from integrations.fitting import (
    ANYTHING,
    CELLS,
    NAMES,
    Misfit,
    default_map,
    mapped,
    misfits,
    to_make,
)

BY_NAME = {field.name: field for field in FIELDS}


def cells(*names: str) -> list[Column]:
    return [Column(name, name, CELLS, ANYTHING) for name in names]


def typed(name: str, kind: str, *holds: str) -> Column:
    return Column(f"id-{name}", name, kind, frozenset(holds))


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("name", "NOM"),
        ("name", "Prénom"),
        ("name", "👤 Full name"),
        ("name", "Client"),
        ("lead_id", "flow ia id"),
        ("lead_id", "Identifiant Flow IA"),
        ("level", "niveau"),
        ("level", "Temperature"),
        ("phone", "TELEPHONE"),
        ("phone", "📞 Tél."),
        ("phone", "Numéro de téléphone"),
        ("phone", "Téléphone portable"),
        ("network", "Réseau social"),
        ("network", "Source"),
        ("intent", "Demande"),
        ("evidence", "Verbatim"),
        ("summary", "Resume"),
        ("stage", "Statut"),
        ("stage", "Status"),
        ("link", "Lien"),
        ("updated", "Dernière mise à jour"),
    ],
)
def test_a_column_is_known_by_its_name(field: str, name: str) -> None:
    assert default_map(cells("Autre", name)).field_map == {field: name}


def test_our_own_names_are_known_in_both_languages() -> None:
    for language in ("fr", "en"):
        with translation.override(language):
            names = [str(field.column) for field in FIELDS]
            assert list(default_map(cells(*names)).field_map.values()) == names


def test_a_column_takes_one_field() -> None:
    fit = default_map(cells("Lien Flow IA", "Flow IA"))
    assert sorted(fit.field_map.values()) == sorted(set(fit.field_map.values()))


def test_an_exact_name_goes_before_a_longer_one() -> None:
    assert default_map(cells("Nom de la boutique", "Nom")).field_map["name"] == "Nom"


def test_what_cannot_hold_the_field_is_told() -> None:
    columns = [typed("Nom", "title", "title"), typed("Téléphone", "number"), *cells("Niveau")]
    fit = default_map(columns)
    assert fit.field_map == {"name": "id-Nom", "level": "Niveau"}
    assert fit.unfit == {"phone": "Téléphone"}
    assert [field.name for field in fit.missing][:2] == ["lead_id", "phone"]


def test_a_tools_own_title_is_the_name_whatever_it_is_called() -> None:
    columns = [typed("Fiche", "title", "title"), typed("Contact #", "phone_number", "phone")]
    assert default_map(columns).field_map == {"name": "id-Fiche", "phone": "id-Contact #"}


def test_in_a_spreadsheet_a_first_column_is_nothing_special() -> None:
    assert default_map(cells("Date", "Montant")).field_map == {}


def test_of_two_phone_columns_none_is_guessed() -> None:
    two = [typed("A", "phone_number", "phone"), typed("B", "phone_number", "phone")]
    assert "phone" not in default_map(two).field_map


@pytest.mark.parametrize(
    ("field_map", "wanted"),
    [
        ({"name": "Nom", "lead_id": "Id"}, []),
        ({"name": "Nom"}, [Misfit("lead_id", "needed")]),
        ({"name": "Nom", "lead_id": "Id", "level": "Parti"}, [Misfit("level", "gone")]),
        ({"name": "Nom", "lead_id": "Nombre"}, [Misfit("lead_id", "unfit")]),
        ({"name": "Nom", "lead_id": "Id", "intent": "Id"}, [Misfit("intent", "twice")]),
        ({}, [Misfit("name", "needed"), Misfit("lead_id", "needed")]),
    ],
)
def test_what_is_amiss_with_a_map(field_map: dict[str, str], wanted: list[Misfit]) -> None:
    columns = [*cells("Nom", "Id"), Column("Nombre", "Nombre", "number", frozenset())]
    assert misfits(field_map, columns) == wanted
    if wanted:
        with pytest.raises(ConnectorError) as error:
            mapped(field_map, columns)
        assert error.value.needs == "needs_mapping"


def test_an_id_goes_before_a_name() -> None:
    columns = [Column("a", "b", CELLS, ANYTHING), Column("b", "a", CELLS, ANYTHING)]
    assert mapped({"name": "a", "lead_id": "b"}, columns)["name"].id == "a"


def plan(fields: list[Field], columns: list[Column], *used: str) -> list[tuple[str, str, str]]:
    made = to_make(fields, columns, used)
    return [(field.name, ready.id if ready else "", name) for field, ready, name in made]


def test_a_column_to_make_is_one_that_is_not_there() -> None:
    phone = BY_NAME["phone"]
    with translation.override("en"):
        assert plan([phone], []) == [("phone", "", "Phone")]
        assert plan([phone], cells("PHONE"))[0][1] == "PHONE"
        assert plan([phone], cells("Phone"), "Phone") == [("phone", "", "Phone (Flow IA)")]
        unfit = [typed("Phone", "number")]
        assert plan([phone], unfit) == [("phone", "", "Phone (Flow IA)")]
        ours = [*unfit, typed("Phone (Flow IA)", "phone_number", "phone")]
        assert plan([phone], ours)[0][1] == "id-Phone (Flow IA)"


def test_every_field_is_known_by_some_name() -> None:
    assert set(NAMES) == set(BY_NAME)
