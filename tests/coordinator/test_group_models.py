"""Groups with models of their own: who asks which endpoint, with what; one budget, one record of replies."""

from __future__ import annotations

import asyncio
import json
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3agents import Simulation
from s3agents.bus.nats_server import find_nats_server
from s3agents.config import Scenario
from s3agents.config.model import ModelSection
from s3agents.errors import BudgetError, ConfigError
from s3agents.inquiry.moment import read_past
from s3agents.inquiry.retake import Retaken, retake
from s3agents.llm.base import Request
from s3agents.llm.reply_store import ReplyStore
from s3agents.network.write import SocietyWriter
from s3agents.scenarios import parse_scenario
from s3agents.testing import ScriptedClient
from s3agents.testing.societies import lively_scenario, society_of
from s3agents.testing.stub_endpoint import StubEndpoint

SOCIETY = society_of(12, [(a, b) for a in range(12) for b in range(12) if (a + b) % 3 == 1])
TROLLS = ["u1", "u2", "u3"]
REPLY = '{"emotion":"calm","attitude":"positive","action":"inactive","target":0,"text":""}'


@pytest.fixture
def stub() -> Iterator[StubEndpoint]:
    """The endpoint of everybody."""
    with StubEndpoint(model="common", keep=1000).running_in_thread() as endpoint:
        yield endpoint


@pytest.fixture
def other() -> Iterator[StubEndpoint]:
    """The endpoint of a group."""
    with StubEndpoint(model="wild", keep=1000).running_in_thread() as endpoint:
        yield endpoint


def scenario_of(own: dict[str, Any], url: str, **changes: Any) -> Scenario:
    """A run in which everybody asks a model, and the trolls one of their own."""
    groups = [{"name": "trolls", "users": TROLLS, "model": own}]
    model = {"url": url, "name": "common", "temperature": 0.5, **changes.pop("model", {})}
    return lively_scenario(["u0", "u4"], cognition={"mode": "llm", "groups": groups}, model=model, **changes)


def asked(bodies: Any) -> set[tuple[str, float, int]]:
    """Which models were asked for, at which temperatures, for how many tokens."""
    return {(body["model"], body["temperature"], body["max_tokens"]) for body in bodies}


def test_a_group_asks_its_own_endpoint(stub: StubEndpoint, other: StubEndpoint, tmp_path: Path) -> None:
    """Its model is asked at its address; what it leaves unsaid is as everybody's."""
    scenario = scenario_of({"url": other.url, "name": "wild", "temperature": 1.5}, stub.url)
    run = Simulation(scenario, SOCIETY, out=tmp_path / "run").run()
    assert asked(stub.bodies) == {("common", 0.5, 256)}
    assert asked(other.bodies) == {("wild", 1.5, 256)}
    facts = run.manifest
    assert facts.model is not None
    assert [(one.name, one.url) for one in (facts.model, *facts.other_models)] == [
        ("common", stub.url),
        ("wild", other.url),
    ]
    turns = run.turns().query("mode == 'llm/joint'")
    assert other.requests == turns[turns.user.isin(TROLLS)].calls.sum() > 0
    assert stub.requests == turns[~turns.user.isin(TROLLS)].calls.sum() > 0


def test_two_models_of_one_endpoint_share_its_client(stub: StubEndpoint, tmp_path: Path) -> None:
    """One bound holds for all that is asked of an endpoint, whichever of its models."""
    stub.latency = 0.01
    scenario = scenario_of({"name": "large", "max_tokens": 100}, stub.url, model={"concurrency": 2})
    Simulation(scenario, SOCIETY, out=tmp_path / "run").run()
    assert asked(stub.bodies) == {("common", 0.5, 256), ("large", 0.5, 100)}
    assert stub.peak <= 2


def test_a_run_of_two_models_can_be_replayed_and_explained(
    stub: StubEndpoint, other: StubEndpoint, tmp_path: Path
) -> None:
    """The record of replies holds what both said; nobody is asked again."""
    scenario = scenario_of({"url": other.url, "name": "wild"}, stub.url)
    run = Simulation(scenario, SOCIETY, out=tmp_path / "run").run()
    before = (stub.requests, other.requests)
    again = Simulation.replay(tmp_path / "run", SOCIETY, out=tmp_path / "again").run()
    assert again.fingerprint() == run.fingerprint()
    turns = run.turns().query("calls > 0")
    for user in ("u1", "u7"):
        turn = turns[turns.user == user].iloc[0]
        retaken = retaken_turn(tmp_path / "run", user, int(turn.tick))
        assert len(retaken.exchanges) == turn.calls
    assert (stub.requests, other.requests) == before


def retaken_turn(folder: Path, user: str, tick: int) -> Retaken:
    """A turn once more, from the record."""
    return asyncio.run(retake(read_past(folder, SOCIETY), SOCIETY.ids[SOCIETY.position(user)], tick))


def test_a_group_may_ask_through_any_client_of_autogen(stub: StubEndpoint, tmp_path: Path) -> None:
    """A stock client takes the requests of its group and no others; its replies are kept with the endpoint's."""
    own = {
        "backend": "autogen_ext.models.replay:ReplayChatCompletionClient",
        "options": {"chat_completions": [REPLY.replace("calm", "intense")] * 200},
        "logprobs": False,
    }
    run = Simulation(scenario_of(own, stub.url), SOCIETY, out=tmp_path / "run").run()
    turns = run.turns().query("calls > 0")
    trolls = turns[turns.user.isin(TROLLS)]
    assert set(trolls.emotion) == {"intense"}
    assert stub.requests == turns.calls.sum() - trolls.calls.sum() > 0
    again = Simulation.replay(tmp_path / "run", SOCIETY, out=tmp_path / "again").run()
    assert again.fingerprint() == run.fingerprint()


def test_one_budget_is_for_all_models(stub: StubEndpoint, other: StubEndpoint, tmp_path: Path) -> None:
    """What both endpoints answered stays within it; with a larger one the run goes on to the record that it has."""
    own = {"url": other.url, "name": "wild"}
    right = Simulation(scenario_of(own, stub.url), SOCIETY, out=tmp_path / "right").run()
    with pytest.raises(BudgetError):
        Simulation(scenario_of(own, stub.url, model={"budget": 9_000}), SOCIETY, out=tmp_path / "run").run()
    with ReplyStore(tmp_path / "run" / "replies.sqlite") as store:
        assert 0 < store.tokens() <= 9_000
    run = Simulation.resume(tmp_path / "run", SOCIETY, changes={"budget": 10**9}).run()
    assert run.fingerprint() == right.fingerprint()


def test_a_run_may_go_on_with_its_group_elsewhere(stub: StubEndpoint, other: StubEndpoint, tmp_path: Path) -> None:
    """The address of a group's endpoint shapes no record and may change; its temperature does and may not."""
    scenario = scenario_of({"url": "http://127.0.0.1:9/v1", "name": "wild", "retries": 0}, stub.url)
    simulation = Simulation(scenario, SOCIETY, out=tmp_path / "run")
    simulation.stop()
    simulation.run()
    with pytest.raises(ConfigError, match=r"cognition\.groups\.0\.model\.temperature"):
        Simulation.resume(tmp_path / "run", SOCIETY, changes={"cognition.groups.0.model.temperature": 1.0})
    Simulation.resume(tmp_path / "run", SOCIETY, changes={"cognition.groups.0.model.url": other.url}).run()
    assert other.requests > 0


def test_clients_from_outside_may_differ_by_model(tmp_path: Path) -> None:
    """One client answers for all models; a function of the section of a model has one for each."""
    scenario = scenario_of({"name": "wild"}, "http://127.0.0.1:9/v1")
    one = ScriptedClient([REPLY])
    run = Simulation(scenario, SOCIETY, out=tmp_path / "one", client=one).run()
    clients = {"common": ScriptedClient([REPLY]), "wild": ScriptedClient([REPLY])}

    def of(section: ModelSection) -> ScriptedClient:
        return clients[section.name]

    both = Simulation(scenario, SOCIETY, out=tmp_path / "two", client=of).run()
    assert both.fingerprint() == run.fingerprint()
    assert len(one.requests) == sum(len(client.requests) for client in clients.values())
    assert all(client.requests for client in clients.values())


def hashed(request: Request) -> str:
    """A reply that hangs on the request alone, as that of a model at a seed does."""
    said = [str(message.content) for message in request.messages]
    number = zlib.crc32(json.dumps([said, sorted(request.args.items())]).encode())
    emotion, attitude = ("calm", "moderate", "intense")[number % 3], ("positive", "negative")[number // 3 % 2]
    text = f"Words {number % 97}." if number % 2 else ""
    act = "post" if text else "inactive"
    return json.dumps({"emotion": emotion, "attitude": attitude, "action": act, "target": 0, "text": text})


groups = st.lists(
    st.fixed_dictionaries(
        {"mode": st.sampled_from(["llm", "rules"])},
        optional={
            "users": st.sets(st.sampled_from([f"u{n}" for n in range(12)]), min_size=1).map(sorted),
            "where": st.just({"bio": "I like subject 2."}),
            "class": st.sampled_from(["influential", "regular", "low_impact"]),
            "model": st.fixed_dictionaries({"temperature": st.sampled_from([0.1, 1.9]), "name": st.sampled_from("ab")}),
            "description": st.sampled_from(["You shout.", "You whisper."]),
        },
    ).map(lambda group: {"share": 0.5, **group}),
    max_size=4,
)


@settings(max_examples=25, deadline=None)
@given(groups=groups, stop=st.integers(0, 4), mode=st.sampled_from(["llm", "rules"]))
def test_whatever_the_groups_a_run_goes_on_and_replays(groups: list[dict[str, Any]], stop: int, mode: str) -> None:
    """A run that was stopped in any tick, and a replay, have the record of the run that was not."""
    named = [{"name": f"g{n}", **group} for n, group in enumerate(groups)]
    scenario = lively_scenario(["u0", "u4"], ticks=5, cognition={"mode": mode, "groups": named})
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        whole = Simulation(scenario, SOCIETY, out=folder / "whole", client=ScriptedClient(hashed)).run()
        assert whole.faults().empty
        stopped = Simulation(scenario, SOCIETY, out=folder / "run", client=ScriptedClient(hashed))
        stopped.run(on_progress=lambda progress: stopped.stop() if progress.tick >= stop else None)
        resumed = Simulation.resume(folder / "run", SOCIETY, client=ScriptedClient(hashed)).run()
        again = Simulation.replay(folder / "whole", SOCIETY, out=folder / "again").run()
        assert resumed.fingerprint() == again.fingerprint() == whole.fingerprint()


def test_the_digest_tells_models_apart_and_not_their_pace() -> None:
    """A group's temperature or model shapes the record; its address, key and bounds do not."""
    url = "http://127.0.0.1:9/v1"
    plain = scenario_of({"temperature": 1.0}, url).digest()
    assert scenario_of({"temperature": 1.0, "url": "http://there/v1", "retries": 3}, url).digest() == plain
    assert scenario_of({"temperature": 1.1}, url).digest() != plain
    assert scenario_of({"temperature": 1.0, "name": "x"}, url).digest() != plain


def test_what_a_group_says_survives_the_manifest() -> None:
    """Written out and read again, a model of its own says what it said, and leaves unsaid what it left unsaid."""
    scenario = scenario_of({"temperature": 1.0}, "http://127.0.0.1:9/v1")
    dumped = scenario.dump()
    assert dumped["cognition"]["groups"][0]["model"] == {"temperature": 1.0}
    again = parse_scenario(dumped, origin="manifest")
    (group,) = again.cognition.groups
    assert again.digest() == scenario.digest()
    assert again.model_of(group) == again.model.model_copy(update={"temperature": 1.0})


def test_a_tier_may_have_a_model() -> None:
    """Classes of users can think with models of different sizes."""
    tiers = {"influential": {"mode": "llm", "model": {"name": "large"}}, "others": {"mode": "llm"}}
    scenario = lively_scenario([], cognition={"tiers": tiers}, model={"name": "small"})
    assert [section.name for section in scenario.models.values()] == ["large", "small"]
    assert list(scenario.models) == ["cognition.tiers.influential", "cognition.tiers.others"]


def test_another_backend_takes_no_options_over() -> None:
    """The options of a backend are its own."""
    own = {"backend": "my.module:Client"}
    scenario = lively_scenario(
        [],
        cognition={"mode": "llm", "groups": [{"name": "g", "share": 1.0, "model": own}]},
        model={"backend": "other.module:Client", "options": {"size": 7}, "temperature": 0.1},
    )
    model = scenario.model_of(scenario.cognition.groups[0])
    assert (model.backend, model.options, model.temperature) == ("my.module:Client", {}, 0.1)


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"budget": 5}, "cognition.groups.0.model: wanted no budget of its own"),
        ({"temprature": 5}, "cognition.groups.0.model.temprature: wanted a known key (perhaps temperature)"),
        ({"temperature": 9}, "cognition.groups.0.model.temperature: wanted less than or equal to 2"),
    ],
)
def test_what_a_model_of_a_group_cannot_be_is_named(own: dict[str, Any], message: str) -> None:
    """A wrong key is told with its place."""
    with pytest.raises(ConfigError) as caught:
        scenario_of(own, "http://127.0.0.1:9/v1")
    assert message in str(caught.value)


def test_a_group_without_an_endpoint_is_told_before_the_run(tmp_path: Path) -> None:
    """Where only a group asks a model, its address is wanted."""
    scenario = lively_scenario([], cognition={"groups": [{"name": "g", "share": 1.0, "mode": "llm"}]})
    with pytest.raises(ConfigError, match=r"model\.url"):
        Simulation(scenario, SOCIETY, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(find_nats_server() is None, reason="there is no nats-server program")
def test_workers_ask_the_models_of_their_groups(stub: StubEndpoint, other: StubEndpoint, tmp_path: Path) -> None:
    """Whoever takes the turns, each group asks its own endpoint, and the record is the same."""
    with SocietyWriter(tmp_path / "town") as writer:
        writer.users({"user_id": user} for user in SOCIETY.ids)
        writer.follows(SOCIETY.ids, SOCIETY.graph)
    own = {"url": other.url, "name": "wild", "temperature": 1.5}
    scenario = scenario_of(own, stub.url, society={"path": str(tmp_path / "town")}, ticks=3, bus="nats")
    run = Simulation(scenario, out=tmp_path / "run", workers=1).run()
    counts = (stub.requests, other.requests)
    assert min(counts) > 0
    alone = Simulation(scenario.model_copy(update={"bus": "local"}), out=tmp_path / "alone").run()
    assert alone.fingerprint() == run.fingerprint()
    assert (stub.requests, other.requests) == (2 * counts[0], 2 * counts[1])
    with (
        ReplyStore(tmp_path / "run" / "replies.sqlite") as mine,
        ReplyStore(tmp_path / "alone" / "replies.sqlite") as one,
    ):
        assert len(mine) == len(one)
