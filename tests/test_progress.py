from pipeline import progress as module
from pipeline.progress import Progress


def test_away_from_a_terminal_progress_is_plain_lines(capsys, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LINES", 0.0)
    with Progress("flow", 2, "session") as progress:
        progress.advance(note="12 pairs/s")
        progress.advance()
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("flow: 1/2 session")
    assert lines[0].endswith("12 pairs/s")
    assert lines[-1].startswith("flow: 2/2 session")


def test_what_is_told_stands_in_the_place_of_rate_and_time_left(capsys, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LINES", 0.0)
    with Progress("flow", 2, "session") as progress:
        progress.tell("7 of 20 pairs")
        progress.advance()
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == ["flow: 0/2 session, 7 of 20 pairs", "flow: 1/2 session, 7 of 20 pairs"]
    assert lines[-1].startswith("flow: 1/2 session, ")
    assert "pairs" not in lines[-1]


def test_a_failed_block_does_not_claim_to_be_done(capsys):
    try:
        with Progress("flow", 2, "session"):
            raise ValueError
    except ValueError:
        pass
    assert capsys.readouterr().err == ""
