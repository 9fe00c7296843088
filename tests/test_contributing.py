"""What CONTRIBUTING.md says of a new attention is done here, word for word, in a copy."""

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from imports import REPOSITORY

PARAMS_DIR = Path("pipeline/models/attention_params")

TRAIN = """
from pathlib import Path

import torch
from torch.nn import functional as F

from pipeline.configuration.load import load_configuration
from pipeline.models.build import build_recognizer

here = Path()
sections, _ = load_configuration(Path("params.yaml"), Path("recipes"), here, workers=1)
network = build_recognizer(sections["train_rgb"].model, in_channels=3, num_classes=4, seed=0)
optimizer = torch.optim.SGD(network.parameters(), lr=0.02, momentum=0.9)
video = torch.randn(4, 3, 8, 32, 32, generator=torch.Generator().manual_seed(5))
for _ in range(12):
    seen = network(video)
    loss = F.cross_entropy(seen.logits, torch.arange(4))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
(attended,) = seen.attended.values()
print(attended.map.shape, loss.item())
assert loss < 0.1
"""


def blocks() -> dict[int, str]:
    """Return the code of each numbered step."""
    page = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.findall(r"^(\d)\. .*?\n\n   ```\w+\n(.*?)^   ```$", page, re.DOTALL | re.MULTILINE)
    return {int(number): textwrap.dedent(code) for number, code in found}


@pytest.mark.slow
def test_a_new_attention_takes_the_five_steps_of_the_page(tmp_path):
    for name in ("pipeline", "recipes"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=ignore)
    values = (REPOSITORY / "params.yaml").read_text(encoding="utf-8")
    chosen = re.sub(r"attention: stam\b", "attention: cell_gate", values)
    (tmp_path / "params.yaml").write_text(chosen, encoding="utf-8")
    code = blocks()
    (tmp_path / "pipeline/models/attention/cell_gate.py").write_text(code[1], encoding="utf-8")
    with (tmp_path / PARAMS_DIR / "gates.py").open("a", encoding="utf-8") as file:
        file.write(f"\n\n{code[2]}")
    table = tmp_path / PARAMS_DIR / "__init__.py"
    entered = table.read_text(encoding="utf-8").replace(
        '    "none": NoneParams,\n',
        f'    "none": NoneParams,\n    {code[3].strip()}\n',
    )
    imported = entered.replace("    CbamParams,\n", "    CbamParams,\n    CellGateParams,\n", 1)
    table.write_text(imported, encoding="utf-8")
    (tmp_path / "recipes/demo/cell_gate.yaml").write_text(code[4], encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", TRAIN], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("torch.Size([4, 1, 1, 1])")
