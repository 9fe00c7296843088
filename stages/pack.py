"""Stage pack: frames, flow and gaze become the training store."""

from pathlib import Path

from pipeline.clips.pack import StoreDirs, pack_clips
from pipeline.clips.params import PackConfig
from pipeline.params import read_section
from stages.tracked import stage_run


def main() -> None:
    config = read_section(Path("data/config/pack.yaml"), PackConfig)
    with stage_run("pack", config) as run:
        tally = pack_clips(
            config,
            clips_csv=Path("data/index/clips.csv"),
            stores=StoreDirs(
                frames=Path("data/frames"), flow=Path("data/flow"), gaze=Path("data/gaze")
            ),
            quarantine_dir=Path("data/quarantine"),
            out_dir=Path("data/clips"),
            summary_path=Path("reports/quarantine.json"),
        )
        run.log_metrics(
            {
                "clips/listed": float(tally.num_listed),
                "clips/quarantined": float(tally.num_dropped),
                "clips/quarantined_share": tally.share,
                "clips/usable_without_gaze": float(tally.num_without_gaze),
            }
        )
        if tally.rows:
            run.log_table("quarantine.json", tally.rows)


if __name__ == "__main__":
    main()
