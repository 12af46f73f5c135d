#!/usr/bin/env python3
"""Drives the pages of `explore` in headless Chromium, by keys alone, and holds their numbers against the program's.

    python3 Scripts/pages-tour.py [FOLDER]

The screenshots, light and dark, go to FOLDER (.build/pages by itself). Chromium and its driver come from apt, selenium
from PyPI, into an environment of its own, .build/pages-environment.
"""

import base64
import json
import math
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = ROOT / ".build/release/qatlab"
ENVIRONMENT = ROOT / ".build/pages-environment"
FOLDER = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / ".build/pages").resolve()

CELLS = """\
data shapes limit 512 test 200 size 16
model tiny = conv(8, 3) > bn > relu > pool(2) > conv(16, 3) > relu > fc(10)
teacher = train tiny epochs 2
qat student from teacher epochs 1
explore teacher.conv2 "layer.html" images 200
explore kd teacher student "kd.html"
"""


def in_environment():
    """Starts itself again where selenium is."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        if pathlib.Path(sys.prefix) == ENVIRONMENT:
            raise
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
        python = ENVIRONMENT / "bin/python"
        subprocess.run([python, "-m", "pip", "install", "-q", "selenium"], check=True)
        sys.exit(subprocess.run([python, __file__, *sys.argv[1:]]).returncode)
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        sys.exit("chromium and chromedriver are missing: apt-get install chromium chromium-driver")


def browser(dark):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=900,1500"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    if dark:
        driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    return driver


def f32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def expected(values, low, high, bits, symmetric):
    """The quantizer's loss by its definition: SQNR in dB and the share that is clipped."""
    if symmetric:
        least, most = -(2 ** (bits - 1) - 1), 2 ** (bits - 1) - 1
        scale, zero = f32(max(-low, high) / ((most - least) / 2)), 0
    else:
        least, most = 0, 2 ** bits - 1
        scale = f32(f32(f32(high) - f32(low)) / (most - least))
        zero = min(max(least - round(low / scale), least), most)
    inverse = f32(1 / scale)
    power = noise = clipped = 0
    for x in values:
        raw = round(f32(x * inverse)) + zero
        code = min(max(raw, least), most)
        clipped += raw != code
        power += x * x
        noise += (x - f32((code - zero) * scale)) ** 2
    return 10 * math.log10(power / noise), clipped / len(values)


def numbers(driver, part):
    from selenium.webdriver.common.by import By

    rows = driver.find_elements(By.CSS_SELECTOR, f"#{part}-numbers tr")
    return {row.find_element(By.TAG_NAME, "th").text: row.find_element(By.TAG_NAME, "td").text for row in rows}


def held(driver, part):
    return list(driver.execute_script(f"return Array.from(parts.{part}.values)"))


def near(found, wanted, tolerance, what):
    assert abs(found - wanted) <= tolerance, f"{what}: the page has {found}, expected {wanted}"


def check_quiet(driver, page):
    """Nothing was loaded but the page itself, and nothing went wrong in it."""
    errors = [entry for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    assert not errors, errors
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            address = message["params"]["request"]["url"]
            assert address.startswith(("data:", page)), address


def tour_layer(driver, folder, values):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    address = (folder / "layer.html").as_uri()
    driver.get(address)
    weights, activations = held(driver, "weights"), held(driver, "activations")
    settings = {"weights": (weights, True), "activations": (activations, False)}
    compared = 0
    for part, (given, symmetric) in settings.items():
        key = "weights_sqnr_db" if part == "weights" else "outputs_sqnr_db"
        slider = driver.find_element(By.ID, f"{part}-bits")
        for bits in [8, 6, 4, 3, 2]:
            while int(slider.get_attribute("value")) > bits:
                slider.send_keys(Keys.ARROW_LEFT)
            shown = numbers(driver, part)
            # The program's own figure for the same values, and arithmetic by definition.
            near(float(shown["SQNR"].split()[0]), values[f"teacher.conv2.explore.bits{bits}.{key}"], 0.006, part)
            edges = (min(0, min(given)), max(0, max(given)))
            near(float(shown["SQNR"].split()[0]), expected(given, *edges, bits, symmetric)[0], 0.006, part)
            compared += 2
        while int(slider.get_attribute("value")) < 4:
            slider.send_keys(Keys.ARROW_RIGHT)
        # Handles: 30 steps of a hundredth inwards, by the arrow keys.
        handle = driver.find_element(By.ID, f"{part}-high")
        before = numbers(driver, part)
        handle.send_keys(Keys.ARROW_LEFT * 30)
        if part == "weights":
            driver.find_element(By.ID, f"{part}-low").send_keys(Keys.ARROW_RIGHT * 30)
        high = float(handle.get_attribute("aria-valuenow"))
        low = float(driver.find_element(By.ID, f"{part}-low").get_attribute("aria-valuenow"))
        shown = numbers(driver, part)
        assert shown != before
        ratio, clipped = expected(given, low, high, 4, symmetric)
        near(float(shown["SQNR"].split()[0]), ratio, 0.006, f"{part}, {low}…{high}")
        near(float(shown["clipped"].split()[0]), 100 * clipped, 0.0006, f"{part}, clipped")
        assert clipped > 0
        # The keys for the ends bring it back.
        handle.send_keys(Keys.END)
        assert float(handle.get_attribute("aria-valuenow")) == float(handle.get_attribute("aria-valuemax"))
        compared += 2
    box = driver.find_element(By.ID, "weights-channels")
    whole = float(numbers(driver, "weights")["SQNR"].split()[0])
    driver.find_element(By.ID, "weights-reset").click()
    box.send_keys(Keys.SPACE)
    assert float(numbers(driver, "weights")["SQNR"].split()[0]) > whole
    marked = driver.find_elements(By.CSS_SELECTOR, "#accuracy tr.now td")
    assert marked and marked[0].text == "4"
    check_quiet(driver, address)
    return compared


def tour_teacher(driver, folder, values):
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    address = (folder / "kd.html").as_uri()
    driver.get(address)
    images = driver.find_elements(By.CSS_SELECTOR, "button.image")
    for number, image in enumerate(images[:3], 1):
        image.send_keys(Keys.ENTER)
        found = driver.execute_script("return result.numbers")
        prefix = f"teacher.explore.image{number}."
        for key, name in [("loss", "decoupled_loss"), ("decoupledNorm", "decoupled_gradient"),
                          ("softLoss", "soft_target_loss"), ("softNorm", "soft_target_gradient")]:
            wanted = values[prefix + name]
            near(found[key], wanted, 1e-5 * max(1, abs(wanted)), f"image {number}, {name}")
    slider = driver.find_element(By.ID, "T")
    sharp = driver.execute_script("return Math.max(...result.atT)")
    slider.send_keys(Keys.ARROW_RIGHT * 10)
    assert float(slider.get_attribute("value")) == 9
    assert driver.execute_script("return Math.max(...result.atT)") < sharp
    check_quiet(driver, address)
    return 12


def main():
    in_environment()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        ended = subprocess.run(
            [PROGRAM, "--json"], input=CELLS, capture_output=True, text=True, cwd=folder)
        assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr
        values = {}
        for line in ended.stdout.splitlines():
            values |= json.loads(line)["values"]
        for dark in (False, True):
            driver = browser(dark)
            try:
                for name, tour in [("layer", tour_layer), ("kd", tour_teacher)]:
                    compared = tour(driver, folder, values)
                    picture = FOLDER / f"{name}-{'dark' if dark else 'light'}.png"
                    picture.write_bytes(base64.b64decode(driver.get_screenshot_as_base64()))
                    print(f"{name}, {'dark' if dark else 'light'}: {compared} numbers agree; {picture}", flush=True)
            finally:
                driver.quit()


if __name__ == "__main__":
    main()
