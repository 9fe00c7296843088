"""A row of the training store: one usable clip, and where its images and gaze lie."""

from dataclasses import dataclass

import h5py

NO_CLASS = -1
"""Class id of a clip that has no class of a kind."""


@dataclass(frozen=True)
class ClipRow:
    """One clip of the store; all ids and frame numbers start at 0.

    Args:
        index: place in the store's list, over all sessions.
        verb: class id, -1 in a set without verbs.
        nouns: class ids.
        part: train, validation or test.
        first_frame: number of its first frame in the session's frame store.
        first_pair: number of its first pair in the session's flow store.
        num_pairs: flow pairs within the clip, one less than its frames.
        session_start: first frame within the session.
        first_gaze: first row in the session's packed gaze.
    """

    index: int
    name: str
    session: str
    subject: str
    action: int
    verb: int
    nouns: tuple[int, ...]
    part: str
    first_frame: int
    num_frames: int
    first_pair: int
    num_pairs: int
    session_start: int
    first_gaze: int

    @property
    def noun(self) -> int:
        """The class id of its main noun, which is named first; -1 without one."""
        return self.nouns[0] if self.nouns else NO_CLASS


def read_rows(file: h5py.File, first_index: int) -> list[ClipRow]:
    """Read a session's table; its clips are numbered from ``first_index``."""
    table = file["clips"]
    words = {name: table[name].asstr()[:] for name in ("name", "subject", "nouns", "part")}
    numbers = {name: table[name][:].tolist() for name in table if name not in words}
    return [
        ClipRow(
            index=first_index + row,
            name=str(words["name"][row]),
            session=str(file.attrs["session"]),
            subject=str(words["subject"][row]),
            action=numbers["action"][row],
            verb=numbers["verb"][row],
            nouns=tuple(int(noun) for noun in words["nouns"][row].split("|") if noun),
            part=str(words["part"][row]),
            first_frame=numbers["first_frame"][row],
            num_frames=numbers["num_frames"][row],
            first_pair=numbers["first_pair"][row],
            num_pairs=numbers["num_pairs"][row],
            session_start=numbers["session_start"][row],
            first_gaze=numbers["first_gaze"][row],
        )
        for row in range(len(words["name"]))
    ]
