"""Forecasts of cascades: what may be learnt from whom, what a society makes of it, and that nothing later is known."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from s3agents.behaviour.delay import Delays
from s3agents.cognition.paced import ActingTimes
from s3agents.errors import InputError
from s3agents.evaluation.baselines.base import Beginning, Course
from s3agents.forecasting.audience import build_audience
from s3agents.forecasting.calibration import learn, read_calibration, write_calibration
from s3agents.forecasting.cases import Case, Cases, read_cases
from s3agents.forecasting.folds import fold_of_each
from s3agents.forecasting.pace import Pace, fit_pace
from s3agents.forecasting.single_readers import Reached, expected_of_single
from s3agents.forecasting.society import SocietySettings, forecast_society
from s3agents.forecasting.study import PACE, SOCIETY, study_forecasts
from s3agents.observed.cascades import read_cascades
from s3agents.testing.growing_cascades import write_data

DATA = os.environ.get("S3AGENTS_DATA")
ONE = SocietySettings(replicates=1)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Cases:
    """Twelve clean cases with a follow graph."""
    return read_cases(read_cascades(write_data(tmp_path_factory.mktemp("cascades") / "data")), after=30.0)


@pytest.fixture(scope="module")
def pace(cases: Cases) -> Pace:
    """What all of them teach."""
    return learn(cases.cases, data="data", split="dev").pace


def _without_future(case: Case) -> Case:
    values = np.minimum(case.course.values, case.beginning.count)
    course = Course(beginning=case.beginning, minutes=case.course.minutes, values=values)
    return replace(case, course=course, outside=None)


def test_cases_hold_what_was_known_and_count_what_is_left_out(cases: Cases) -> None:
    """Two of fourteen are not clean; forwards after the minute are not among what is known."""
    assert len(cases.cases) == 12
    assert cases.left_out["not clean"] == 2
    first = cases.cases[0]
    assert first.beginning.count == len(first.forwarders) == first.course.values[cases.minutes == 30.0][0]
    assert first.beginning.forwards.max() <= 30.0


def test_cases_that_had_not_begun_are_an_error_if_there_are_no_others(tmp_path: Path) -> None:
    """The message says how many there were, and why none is left."""
    data = read_cascades(write_data(tmp_path / "data", cases=3))
    with pytest.raises(InputError, match=r"3 with fewer than 3 forwards by minute 0\.001"):
        read_cases(data, after=0.001)
    with pytest.raises(InputError, match="time to forecast"):
        read_cases(data, after=300.0)


def test_the_share_of_unreached_users_is_counted(cases: Cases) -> None:
    """A fifth of the readers follow nobody."""
    shares = [case.outside for case in cases.cases if case.outside is not None]
    assert 0.1 < float(np.mean(shares)) < 0.35


def test_stories_stay_together(cases: Cases) -> None:
    """No fold shares a story with another; the seed decides which is where."""
    fold = fold_of_each(cases.cases, 3, seed=0)
    places: dict[str, set[int]] = {}
    for case, number in zip(cases.cases, fold, strict=True):
        places.setdefault(case.group, set()).add(number)
    assert set(fold) == {0, 1, 2}
    assert all(len(found) == 1 for found in places.values())
    assert fold == fold_of_each(cases.cases, 3, seed=0)


def test_more_folds_than_stories_are_an_error(cases: Cases) -> None:
    """What to do instead is said."""
    with pytest.raises(InputError, match="fewer folds"):
        fold_of_each(cases.cases, 99, seed=0)


def test_a_pace_of_too_few_cascades_is_an_error(cases: Cases) -> None:
    """Three parameters are not learnt from seven cascades."""
    with pytest.raises(InputError, match="8 cascades"):
        fit_pace([case.course for case in cases.cases[:7]])


def test_a_pace_finds_a_growth_that_others_had(cases: Cases) -> None:
    """Where all cascades double after the beginning, so does the next one."""
    double = [
        Course(
            beginning=case.beginning,
            minutes=cases.minutes,
            values=np.where(cases.minutes > 30, 2 * case.beginning.count, case.beginning.counted(cases.minutes)),
        )
        for case in cases.cases
    ]
    known = cases.cases[0].beginning
    told = fit_pace(double).expected(known, cases.minutes).values
    assert told is not None
    assert told[-1] == pytest.approx(2 * known.count, rel=0.01)


def test_an_audience_is_expected_to_forward_as_often_as_asked(cases: Cases, pace: Pace) -> None:
    """Over many runs the society forwards as often as the pace says, on the graph and outside of it."""
    case = cases.cases[0]
    expected = pace.expected(case.beginning, cases.minutes).values
    assert expected is not None
    found = forecast_society(case, cases.society, pace, cases.minutes, SocietySettings(replicates=60))
    later, wanted = found.replicates[:, -1] - case.beginning.count, expected[-1] - case.beginning.count
    assert later.mean() == pytest.approx(wanted, abs=3 * later.std() / np.sqrt(60) + 0.05 * wanted)


def test_without_a_graph_the_whole_audience_is_synthetic(tmp_path: Path) -> None:
    """Who is not recorded stands in for everybody."""
    found = read_cases(read_cascades(write_data(tmp_path / "data", graph=False)), after=30.0)
    audience = build_audience(found.cases[0], found.society, forwards=10.0, outside=1.0, seed=0)
    assert len(audience.synthetic) == 40
    assert sum(audience.rates.values()) == pytest.approx(10.0)


def test_who_is_likelier_to_forward_by_a_learnt_model_is_so_in_the_society(cases: Cases) -> None:
    """The order stays, whatever the base rate makes of the level."""
    case = cases.cases[0]
    plain = build_audience(case, cases.society, forwards=5.0, outside=0.2, seed=0)
    keen, lazy = [user for user in plain.rates if user not in plain.synthetic][:2]
    told = build_audience(case, cases.society, forwards=5.0, outside=0.2, seed=0, log_odds={keen: 1.0, lazy: -1.0})
    assert told.rates[keen] > plain.rates[keen] > told.rates[lazy]


def test_a_society_keeps_what_happened_never_falls_and_repeats_itself(cases: Cases, pace: Pace) -> None:
    """For each replicate; another seed gives another run."""
    case = cases.cases[1]
    found = forecast_society(case, cases.society, pace, cases.minutes, SocietySettings(replicates=2, seed=3))
    again = forecast_society(case, cases.society, pace, cases.minutes, SocietySettings(replicates=2, seed=3))
    known = cases.minutes <= 30
    assert (found.replicates[:, known] == case.course.values[known]).all()
    assert (np.diff(found.replicates, axis=1) >= 0).all()
    assert (found.replicates == again.replicates).all()
    assert (found.replicates[0] != found.replicates[1]).any()


def test_a_society_does_not_look_at_what_comes_later(cases: Cases, pace: Pace) -> None:
    """Without the future of the case the forecast is the same."""
    case = cases.cases[2]
    told = forecast_society(case, cases.society, pace, cases.minutes, ONE).replicates
    assert (told == forecast_society(_without_future(case), cases.society, pace, cases.minutes, ONE).replicates).all()


def test_a_study_has_a_row_for_each_model_and_says_what_it_stands_on(cases: Cases) -> None:
    """What is learnt comes from other stories; the society beats no growth on cascades that grow alike."""
    study = study_forecasts(cases, ONE, folds=4)
    rows = {row.name: row for row in study.rows}
    society, nothing = rows[SOCIETY].rmse, rows["no growth"].rmse
    assert society is not None
    assert nothing is not None
    assert society.low <= society.value <= society.high
    assert society.value < nothing.value
    assert rows[PACE].n == rows["independent cascade"].n == 12
    assert study.basis.seen is False
    assert {found.fold for found in study.by_case} == {0, 1, 2, 3}


def test_a_calibration_that_saw_a_case_is_told(cases: Cases) -> None:
    """So does the story of a case count as seen."""
    calibration = learn(cases.cases, data="data", split="dev")
    assert study_forecasts(cases, ONE, folds=4, learnt=calibration).basis.seen is True
    other = replace(cases.cases[0], id="other")
    assert calibration.saw(other)
    assert not calibration.saw(replace(other, group="elsewhere"))


def test_a_calibration_of_another_minute_is_an_error(cases: Cases, tmp_path: Path) -> None:
    """Growth from minute 30 says nothing of minute 60."""
    calibration = learn(cases.cases, data="data", split="dev")
    with pytest.raises(InputError, match="one for minute 60"):
        study_forecasts(replace(cases, after=60.0), ONE, learnt=calibration)
    del tmp_path


def test_a_calibration_comes_back_from_its_file(cases: Cases, tmp_path: Path) -> None:
    """And is not replaced unasked."""
    calibration = learn(cases.cases, data="data", split="dev")
    write_calibration(tmp_path / "pace.json", calibration)
    assert read_calibration(tmp_path / "pace.json") == calibration
    with pytest.raises(InputError, match="no such file yet"):
        write_calibration(tmp_path / "pace.json", calibration)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "s3agents-calibration/1"}'])
def test_what_is_no_calibration_is_refused(text: str, tmp_path: Path) -> None:
    """With the name of the file."""
    (tmp_path / "pace.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"pace\.json"):
        read_calibration(tmp_path / "pace.json")


def test_readers_alone_continue_at_the_rate_that_the_cascade_has_had() -> None:
    """Half of the delays are over, half of the readers have acted: the other half of these is still to come."""
    delays = Delays(np.array([0.0]), np.linspace(0.0, 60.0, 101)[None, :])
    forwarded = np.arange(100) < 20
    reached = Reached(log_odds=np.zeros(100), minutes=np.zeros(100), forwarded=forwarded)
    beginning = Beginning(after=30.0, forwards=np.linspace(1.0, 30.0, 20))
    minutes = np.array([0.0, 30.0, 45.0, 60.0, 90.0])
    told = expected_of_single(beginning, minutes, reached, delays, outside=0.0).values
    assert told is not None
    assert told.tolist() == pytest.approx([0.0, 20.0, 30.0, 40.0, 40.0])
    more = expected_of_single(beginning, minutes, reached, delays, outside=0.5).values
    assert more is not None
    assert more[-1] == pytest.approx(60.0)
    assert expected_of_single(beginning, minutes, reached, None, outside=0.0).values is None


@given(
    shares=st.lists(st.floats(0, 1), min_size=1, max_size=9),
    u=st.floats(0, 1, exclude_max=True),
    tick=st.integers(0, 12),
)
@example(shares=[0.0] * 8 + [0.9999999999999999], u=0.5, tick=9)
def test_nobody_acts_in_the_past_or_after_the_end(shares: list[float], u: float, tick: int) -> None:
    """An act is due from now on, within the run."""
    times = ActingTimes(np.array([*sorted(shares), 1.0]))
    due = times.due(tick, u)
    assert due is None or tick <= due < len(times.arrived)


def test_shares_that_fall_are_no_times() -> None:
    """Nor are those that do not come to 1."""
    for shares in ([0.5, 0.2, 1.0], [0.0, 0.5], []):
        with pytest.raises(ValueError, match="rise from 0 to 1"):
            ActingTimes(np.array(shares))


@pytest.mark.skipif(DATA is None, reason="S3AGENTS_DATA names no folder of real data")
@pytest.mark.parametrize(("name", "after", "most"), [("pheme", 30.0, 0.12), ("ced", 60.0, 0.33)])
def test_real_cascades_are_forecast_within_the_error_that_is_asked_for(name: str, after: float, most: float) -> None:
    """One replicate each on clean cases of the first split, from what other stories teach."""
    cases = read_cases(read_cascades(Path(str(DATA)) / name, split="dev"), after=after)
    fold = fold_of_each(cases.cases, 5, seed=0)
    errors = []
    for number in range(5):
        others = [case for case, at in zip(cases.cases, fold, strict=True) if at != number]
        learnt = learn(others, data=name, split="dev").pace
        for case in (case for case, at in zip(cases.cases, fold, strict=True) if at == number):
            told = forecast_society(case, cases.society, learnt, cases.minutes, ONE).forecast.values
            assert told is not None
            later = cases.minutes > after
            gap = told[later] - case.course.values[later]
            errors.append(float(np.sqrt(np.mean(gap**2)) / case.course.values[-1]))
    assert len(errors) >= 40
    assert float(np.mean(errors)) <= most
