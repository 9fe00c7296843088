"""NVRTC compiles the CUDA source for every architecture, with no device and no driver."""

import re

import pytest

from pipeline.flow.cuda_tvl1 import cache
from pipeline.flow.cuda_tvl1.cache import fetch_image
from pipeline.flow.cuda_tvl1.nvrtc import Compiled, compile_source, name_architecture
from pipeline.flow.cuda_tvl1.source import FILES, list_options, read_source, source_path
from pipeline.flow.cuda_tvl1.tiling import TILING
from pipeline.flow.errors import FlowError

nvrtc = pytest.importorskip("cuda.bindings.nvrtc", reason="cuda-bindings is not installed")
try:
    nvrtc.nvrtcVersion()
except RuntimeError:
    pytest.skip("nvidia-cuda-nvrtc is not installed", allow_module_level=True)

REGISTERS = 65536  # of a multiprocessor, on all architectures since 5.0
SPILLED_BYTES = 16  # of a thread: numbers that it needs once a launch, no pixels


@pytest.mark.parametrize("architecture", ["sm_80", "sm_90", "sm_100", "sm_120"])
def test_the_source_compiles_and_a_threads_pixels_stay_in_registers(architecture):
    options = (*list_options(TILING, 5), "--ptxas-options=-v")
    compiled = compile_source(read_source(), options, architecture)
    assert compiled.image.startswith(b"\x7fELF")
    reports = re.split(r"Compiling entry function '(\w+)'", compiled.log)[1:]
    reports = dict(zip(reports[::2], reports[1::2], strict=True))
    spilled = {name: _numbers(r"(\d+) bytes spill", report) for name, report in reports.items()}
    registers = {name: _numbers(r"Used (\d+)", report)[0] for name, report in reports.items()}
    assert spilled["prepare"] == [0, 0]
    assert max(spilled["iterate"]) <= SPILLED_BYTES
    assert 9 * TILING.columns * TILING.rows < registers["iterate"]  # all of a pixel's values
    assert registers["iterate"] * 32 * TILING.warps <= REGISTERS


def _numbers(pattern, text):
    return [int(number) for number in re.findall(pattern, text)]


def test_every_file_of_device_code_is_compiled():
    folder = source_path("problem").parent
    assert {path.stem for path in folder.glob("*.cu")} == set(FILES)


def test_a_fault_in_the_source_is_an_error_with_the_compilers_words():
    with pytest.raises(FlowError, match=r'(?s)sm_90.*problem.cu\(1\): error: .*"blunder"'):
        compile_source('#line 1 "problem.cu"\nblunder x;', (), "sm_90")


def test_an_empty_log_is_not_written_into_pythons_own_bytes():
    """All bytes of length 1 are shared: one that is written into changes wherever it is used."""
    assert compile_source('extern "C" __global__ void nothing() {}', (), "sm_90").log == ""
    assert bytes(bytearray([32]))[0] == 32


def test_a_device_newer_than_the_compiler_gets_code_that_its_driver_translates():
    architecture = name_architecture(990)
    assert re.fullmatch(r"compute_\d+", architecture)
    source = 'extern "C" __global__ void nothing() {}'
    assert b".target sm_" in compile_source(source, (), architecture).image


def test_a_device_older_than_the_compiler_knows_is_an_error():
    with pytest.raises(FlowError, match=r"compute capability 3.5, NVRTC .* for \d.\d and newer"):
        name_architecture(35)


@pytest.fixture
def compiled(monkeypatch):
    """Return the list of architectures that were compiled for; the compiler is a stand-in."""
    calls = []

    def compile_stand_in(source, options, architecture):
        calls.append(architecture)
        return Compiled(f"{architecture} {len(source)} {options}".encode(), "")

    monkeypatch.setattr(cache, "compile_source", compile_stand_in)
    return calls


def test_code_is_compiled_once_for_each_architecture_and_tiling(compiled, tmp_path):
    other = TILING.__class__(columns=2, rows=2, warps=2, halo=2, blocks=1)
    images = [
        fetch_image(tmp_path / "new", architecture, tiling, median_pixels)
        for architecture, tiling, median_pixels in [
            ("sm_80", TILING, 5),
            ("sm_90", TILING, 5),
            ("sm_90", TILING, 1),  # no median, the same code
            ("sm_90", TILING, 3),
            ("sm_90", other, 5),
        ]
        * 2
    ]
    assert compiled == ["sm_80", "sm_90", "sm_90", "sm_90"]
    assert images[:5] == images[5:]
    assert images[1] == images[2]


def test_a_changed_source_is_compiled_anew(compiled, tmp_path, monkeypatch):
    fetch_image(tmp_path, "sm_90", TILING, 5)
    monkeypatch.setattr(cache, "read_source", lambda: "other")
    fetch_image(tmp_path, "sm_90", TILING, 5)
    assert compiled == ["sm_90", "sm_90"]


def test_a_folder_that_cannot_be_written_costs_the_compilation_only(compiled, tmp_path):
    (tmp_path / "file").touch()
    for _ in range(2):
        assert fetch_image(tmp_path / "file" / "folder", "sm_90", TILING, 5)
    assert compiled == ["sm_90", "sm_90"]
