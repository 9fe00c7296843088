from pipeline.kitchen.naming import clip_name, clip_span


def test_the_rule_gives_every_real_clip_its_name(shared_dir):
    names = set()
    for path in (shared_dir / "egtea" / "action_annotation").glob("*_split*.txt"):
        names.update(line.split()[0] for line in path.read_text().splitlines())
    assert len(names) == 10_321
    for name in names:
        session, start_ms, stop_ms = name.rsplit("-", 4)[:3]
        assert clip_name(session, int(start_ms), int(stop_ms)) == name


def test_a_clip_of_ten_seconds_is_padded_by_a_tenth_at_each_end():
    span = clip_span(10_000, 20_000)
    assert (span.start, span.stop) == (240 - 24, 480 + 24)
