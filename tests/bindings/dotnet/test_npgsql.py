"""Pgiam.Npgsql against the shape of Npgsql, which itself cannot be had here: it compiles, and decides as it should."""

import pytest
from conftest import BINDING, KEY, check, mono, names_in, needs_mono, results_of

pytestmark = needs_mono


@pytest.fixture(scope="module")
def results(program, tmp_path_factory):
    sources = ["NpgsqlTests.cs", "NpgsqlShape.cs", "Check.cs", BINDING / "src/Pgiam.Npgsql/NpgsqlExtensions.cs"]
    return results_of(mono(program(*sources), home=tmp_path_factory.mktemp("home"), **KEY))


@pytest.mark.parametrize("name", [*names_in("NpgsqlTests.cs"), "how it ended"])
def test_npgsql_s_shape(results, name):
    check(results, name)
