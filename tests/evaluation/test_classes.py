import pytest

from pipeline.evaluation.classes import ClassesError, read_classes

HEADER = "kind,id,source_id,name,verb,nouns\n"


def test_an_actions_main_noun_is_its_first(tmp_path):
    path = tmp_path / "classes.csv"
    path.write_text(HEADER + 'action,1,2,"Cut a,b",0,5|4\naction,0,1,Look,,\nverb,0,1,Cut,,\n')
    classes = read_classes(path)
    assert classes.names == ("Look", "Cut a,b")
    assert classes.verb_of_action.tolist() == [-1, 0]
    assert classes.noun_of_action.tolist() == [-1, 5]


@pytest.mark.parametrize("rows", ["", "action,0,1,a,,\naction,2,3,b,,\n", "verb,0,1,Cut,,\n"])
def test_gaps_and_empty_tables_are_refused(tmp_path, rows):
    path = tmp_path / "classes.csv"
    path.write_text(HEADER + rows)
    with pytest.raises(ClassesError, match="expected 0, 1, 2"):
        read_classes(path)
