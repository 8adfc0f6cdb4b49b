"""The corpus' names that DNS leads to endpoints, in a network of their own: dns_fixtures.py has the names."""

import sys
from pathlib import Path

import corpus
import pytest

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("hosts", "rds")]
from dns_fixtures import dns, dns_server, in_own_network  # noqa: E402, F401
from test_corpus import LANGUAGES, command_of, faults_of  # noqa: E402

pytestmark = in_own_network


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alias_is_answered_as_the_corpus_has_it(language, dns, tmp_path_factory):  # noqa: F811, ARG001
    command = command_of(language, tmp_path_factory.mktemp(language))
    answered = corpus.run(language, command, LANGUAGES[language][1], tmp_path_factory.mktemp("corpus"), "dns")
    faults = faults_of({case["id"]: case for case in corpus.cases("dns")}, answered)
    assert not faults, "\n".join(faults)
