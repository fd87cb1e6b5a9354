"""Schemathesis on the whole API: no server error, and nothing that the description does not say."""

from __future__ import annotations

import os
from collections.abc import Iterator

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import Case
from schemathesis.checks import load_all_checks
from schemathesis.specs.openapi.checks import positive_data_acceptance

from bot.ledger.encoding import utc_now
from bot.staff.roles import Role
from tests.bot.console.seeding import seeded_turns
from tests.bot.console.serving import COOKIE, TOKEN, RunningConsole, running_console

EXAMPLES = 200 if os.environ.get("JINGZHONG_SOAK") == "1" else 6
# A schema cannot say everything: that a text is no contact, or that a case has no such next state.
TOO_STRICT = [positive_data_acceptance]

load_all_checks()


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningConsole]:
    with running_console(tmp_path_factory.mktemp("fuzzed")) as console:
        console.record(*seeded_turns(utc_now(), days=2))
        yield console


def as_program(console: RunningConsole) -> dict[str, str]:
    return {"Authorization": f"Bearer {TOKEN}"}


def as_admin(console: RunningConsole) -> dict[str, str]:
    token = console.session(Role.ADMIN)
    proof = console.services.hasher.mac("csrf", token).hex()
    return {"Cookie": f"{COOKIE}={token}", "X-CSRF-Token": proof}


@pytest.mark.parametrize("who", [as_program, as_admin])
def test_no_request_makes_the_server_fail_or_answer_as_it_is_not_described(
    fuzzed: RunningConsole, who: object
) -> None:
    assert callable(who)
    headers = who(fuzzed)
    schema = schemathesis.openapi.from_url(f"{fuzzed.url}/api/openapi.json", headers=headers)
    failures, tried = [], 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @hypothesis.given(case=operation.as_strategy())
        @hypothesis.settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def send(case: Case) -> None:
            nonlocal tried
            tried += 1
            case.call_and_validate(headers=headers, excluded_checks=TOO_STRICT)

        try:
            send()
        except Exception as error:
            failures.append(f"{operation.label}: {error}")
    assert failures == []
    assert tried > EXAMPLES
