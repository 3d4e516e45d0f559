import io

from rich.console import Console

from neurona.datasets.folder_report import FolderReport, first_faults


def report(n_faults):
    made = FolderReport("bold5000_qa", simulated=True)
    made.count("train recordings", 3)
    made.count("train recordings")
    for k in range(n_faults):
        made.add(f"file{k}.npy", f"fault [red]{k}")
    return made


def printed(table):
    console = Console(file=io.StringIO(), width=100)
    console.print(table)
    return console.file.getvalue()


def test_a_report_without_faults_is_sound():
    assert report(0).sound
    assert not report(1).sound
    assert report(0).summary() == "bold5000_qa (SIMULATED): 4 train recordings"
    assert FolderReport("x").summary() == "x: nothing"


def test_every_fault_is_a_row_and_what_is_not_shown_is_counted():
    text = printed(report(5).table(most=3))
    assert "5 fault(s)" in text
    assert "fault [red]2" in text
    assert "and 2 more" in text
    assert "file4" not in text


def test_the_first_faults_in_one_line():
    assert first_faults(report(5).faults, most=1) == "file0.npy: fault [red]0; and 4 more"
    assert first_faults([]) == ""
