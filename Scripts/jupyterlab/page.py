"""A notebook on JupyterLab's page, as a user sees and steers it."""

import time

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def browser(width=1280, height=1120):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars",
                 f"--window-size={width},{height}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))


# The notebook in front; those of other tabs are on the page too.
FRONT = ".jp-NotebookPanel:not(.lm-mod-hidden)"


class Page:
    """The page of one notebook; what is waited for comes within `patience` seconds, or the tour ends."""

    def __init__(self, driver, screenshots, patience):
        self.driver = driver
        self.screenshots = screenshots
        self.patience = patience
        self.taken = 0

    def open(self, address):
        self.driver.get(address)
        self.until(self.cells, "the notebook")
        self.until(self.is_idle, "the kernel")

    # What is there.

    def all(self, selector, inside=None):
        return (inside or self.driver).find_elements(By.CSS_SELECTOR, selector)

    def until(self, condition, what, patience=None):
        """What the condition gives as soon as that is true."""
        limit = time.monotonic() + (patience or self.patience)
        while time.monotonic() < limit:
            try:
                found = condition()
            except (StaleElementReferenceException, NoSuchElementException, ValueError):
                # The page is being drawn, or a file being written.
                found = None
            if found:
                return found
            time.sleep(0.1)
        self.shoot("missing")
        raise AssertionError(f"not there after {patience or self.patience} s: {what}")

    def is_idle(self):
        return bool(self.all(FRONT + ' .jp-Notebook-ExecutionIndicator[data-status="idle"]'))

    def cells(self):
        return self.all(FRONT + " .jp-Notebook .jp-Cell")

    def code_cells(self):
        return self.all(FRONT + " .jp-Notebook .jp-CodeCell")

    def has_run(self, cell):
        return self.text(self.all(".jp-InputPrompt", cell)[0]).strip(" []:").isdigit()

    def errors(self):
        """The texts of outputs that are errors; warnings have the same form."""
        shown = [self.text(output) for output in self.all('[data-mime-type="application/vnd.jupyter.stderr"]')]
        return [text for text in shown if text.startswith("error")]

    def text(self, element):
        return self.driver.execute_script("return arguments[0].innerText", element)

    def color(self, element):
        return self.driver.execute_script("return getComputedStyle(arguments[0]).color", element)

    def variable(self, name):
        """A colour of the theme, as a browser computes it."""
        return self.driver.execute_script(
            "const probe = document.body.appendChild(document.createElement('span'));"
            "probe.style.color = `var(${arguments[0]})`; const color = getComputedStyle(probe).color;"
            "probe.remove(); return color;", name)

    # What a user does.

    def menu(self, *path):
        """Chooses in the menus on top, by the words in them."""
        opened = self.until(lambda: next(
            (item for item in self.all(".lm-MenuBar-item") if item.text == path[0]), None), f"menu {path[0]}")
        opened.click()
        for depth, word in enumerate(path[1:], 1):
            item = self.until(lambda: self.menu_item(depth, word), f"{word} in a menu")
            ActionChains(self.driver).move_to_element(item).pause(0.3).perform()
            if depth == len(path) - 1:
                item.click()

    def menu_item(self, depth, word):
        menus = self.all(".lm-Menu")
        items = self.all(".lm-Menu-item", menus[depth - 1]) if len(menus) >= depth else []
        return next((item for item in items if self.text(item).strip().startswith(word)), None)

    def button(self, command):
        self.all(f'{FRONT} .jp-NotebookPanel-toolbar [data-command="{command}"]')[0].click()

    def accept(self):
        """The right button of a dialog."""
        self.until(lambda: self.all(".jp-Dialog .jp-mod-accept"), "a dialog")[0].click()

    def keys(self, *keys):
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()
            time.sleep(0.05)

    def chord(self, modifier, key):
        ActionChains(self.driver).key_down(modifier).send_keys(key).key_up(modifier).perform()

    def new_cell(self):
        """An empty cell at the end, with the cursor in it."""
        last = self.cells()[-1]
        self.show(last)
        self.all(".jp-InputPrompt", last)[0].click()
        count = len(self.code_cells())
        self.keys(Keys.ESCAPE, "b")
        self.until(lambda: len(self.code_cells()) == count + 1, "a new cell")
        self.keys(Keys.ENTER)
        return self.code_cells()[-1]

    def start(self, code):
        """Types a cell at the end and runs it; gives the cell."""
        cell = self.new_cell()
        self.keys(code, Keys.ESCAPE)
        self.chord(Keys.CONTROL, Keys.ENTER)
        return cell

    def run(self, code):
        """The text under a cell when it has ended."""
        cell = self.start(code)
        self.until(lambda: self.has_run(cell), f"the end of {code}")
        self.until(self.is_idle, "the kernel's rest")
        return self.text(self.all(".jp-Cell-outputArea", cell)[0])

    def show(self, element, block="center"):
        """Scrolls an element to the middle of the notebook, or to its `start`."""
        self.driver.execute_script("arguments[0].scrollIntoView({block: arguments[1]})", element, block)
        time.sleep(0.5)

    def shoot(self, name):
        """Keeps a screenshot."""
        self.taken += 1
        self.driver.save_screenshot(str(self.screenshots / f"{self.taken:02}-{name}.png"))
