"""What is done in JupyterLab, and what is to be seen there. See ../jupyterlab-tour.py."""

import argparse
import json
import pathlib
import shutil
import tempfile

from selenium.webdriver.common.keys import Keys

import colours
from page import Page, browser
from server import serving

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARAMETERS = {"limit": 1000, "test": 500, "epochs": 1, "student_epochs": 1}


def prepare(folder):
    """The quick start without its outputs, with parameters that take seconds."""
    notebook = json.loads((ROOT / "notebooks" / "quickstart.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = "\n".join(f"{name} = {value}" for name, value in PARAMETERS.items())
    (folder / "work").mkdir()
    (folder / "work" / "quickstart.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    # Two kernels on one folder have one session, to which one of them writes.
    (folder / "work" / "colours").mkdir()
    (folder / "work" / "colours" / "colours.ipynb").write_text(json.dumps(colours.notebook(ROOT)), encoding="utf-8")


def saved_cells(folder):
    notebook = json.loads((folder / "work" / "quickstart.ipynb").read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def all_cells_run(page, folder):
    page.menu("Run", "Run All Cells")
    page.until(lambda: page.errors() or all(page.has_run(cell) for cell in page.code_cells()), "all cells")
    assert not page.errors(), page.errors()
    page.until(page.is_idle, "the kernel's rest")
    pictures = page.all(".jp-RenderedSVG img")
    tables = page.all(".jp-RenderedHTML table.qatlab-table")
    assert len(pictures) >= 2 and len(tables) >= 3, (len(pictures), len(tables))
    assert all(page.driver.execute_script("return arguments[0].naturalWidth > 100", picture) for picture in pictures)
    page.chord(Keys.CONTROL, "s")
    page.until(lambda: all(cell["execution_count"] for cell in saved_cells(folder)), "the saved notebook")
    kinds = [output["output_type"] for cell in saved_cells(folder) for output in cell["outputs"]]
    assert kinds and "error" not in kinds


def pictures_fit_the_theme(page, theme):
    page.menu("Settings", "Theme", f"JupyterLab {theme}")
    page.until(lambda: page.all(f'body[data-jp-theme-light="{str(theme == "Light").lower()}"]'), f"theme {theme}")
    for name, selector in (("curve", ".jp-RenderedSVG"), ("table", "table.qatlab-table")):
        page.show(page.all(selector)[-1])
        page.shoot(f"{name}-{theme.lower()}")
    page.show(next(cell for cell in page.code_cells() if "teacher = train" in page.text(cell)), "start")
    page.shoot(f"lesson-{theme.lower()}")


def tab_completes(page):
    cell = page.new_cell()
    for typed, words in (("tra", ["train"]), (" resnet", ["resnet18", "resnet34", "resnet50"])):
        page.keys(typed, Keys.TAB)
        listed = page.until(lambda: page.all(".jp-Completer .jp-Completer-item"), f"a list for {typed}")
        texts = [page.text(item) for item in listed]
        assert all(any(word in text for text in texts) for word in words), texts
        page.shoot("completion")
        page.keys(Keys.ENTER)
    page.until(lambda: "train resnet" in page.text(cell), "what was chosen from the lists")


def shift_tab_inspects(page):
    cell = page.new_cell()
    page.keys("qat")
    page.chord(Keys.SHIFT, Keys.TAB)
    tooltip = page.until(lambda: page.all(".jp-Tooltip"), "a tooltip")[0]
    page.until(lambda: "train with quantization in the loop" in page.text(tooltip), "the help of qat in it")
    page.show(cell)
    page.shoot("inspect")
    page.keys(Keys.ESCAPE, Keys.ESCAPE)


def a_training_is_interrupted(page):
    cell = page.start("long = train resnet18 epochs 200")
    curve = page.until(lambda: page.all(".jp-RenderedHTML svg", cell), "a curve that grows")
    page.show(curve[0])
    page.shoot("training")
    page.button("notebook:interrupt-kernel")
    page.until(page.is_idle, "the answer to an interrupt")
    page.shoot("interrupted")
    assert "interrupted" in page.text(cell)
    listed = page.run("models")
    assert all(name in listed for name in ("teacher", "student-int8", "long")), listed


def an_error_shows_its_place(page):
    told = page.run("convert techer")
    assert 'no model is called "techer"' in told and "^" in told and "teacher" in told, told
    page.show(page.code_cells()[-1])
    page.shoot("error")


def a_question_mark_opens_a_page(page):
    told = page.run("qat?")
    assert "train with quantization in the loop" in told, told
    page.shoot("page")


def models_outlive_a_restart(page):
    page.menu("Kernel", "Restart Kernel")
    page.accept()
    page.until(page.is_idle, "the kernel after its restart")
    listed = page.run("models")
    assert "teacher" in listed and "student-int8" in listed, listed
    page.show(page.code_cells()[-1])
    page.shoot("restarted")


def tour(page, folder):
    # The list of files leaves the notebook little room.
    page.menu("View", "Appearance", "Show Left Sidebar")
    for step in (
        lambda page: all_cells_run(page, folder), lambda page: pictures_fit_the_theme(page, "Dark"),
        lambda page: pictures_fit_the_theme(page, "Light"), tab_completes, shift_tab_inspects,
        a_training_is_interrupted, an_error_shows_its_place, a_question_mark_opens_a_page, models_outlive_a_restart,
    ):
        step(page)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / ".build" / "release" / "qatlab")
    parser.add_argument(
        "--screenshots", type=pathlib.Path, default=ROOT / ".build" / "jupyterlab" / "screenshots")
    parser.add_argument("--patience", type=float, default=300, help="seconds to wait for each thing")
    options = parser.parse_args()
    shutil.rmtree(options.screenshots, ignore_errors=True)
    options.screenshots.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        prepare(folder)
        with serving(folder, options.program.resolve(), options.patience) as address:
            driver = browser()
            try:
                page = Page(driver, options.screenshots, options.patience)
                page.open(address("colours/colours.ipynb"))
                colours.check(page)
                page.open(address("quickstart.ipynb"))
                tour(page, folder)
            finally:
                driver.quit()
    print(f"all is there; the pictures are in {options.screenshots}")


if __name__ == "__main__":
    main()
