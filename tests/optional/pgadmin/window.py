"""pgAdmin's window: what a person does there, by the names and labels that are to be seen."""

import time

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
    --disable-component-update --disable-sync --window-size=1100,780"""


def until_or_not(look, seconds):
    """What look() returns as soon as it is something; pages change while one looks. None if it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if found := look():
                return found
        except WebDriverException:
            pass
        time.sleep(0.1)
    return None


def until(look, what, seconds=90):
    found = until_or_not(look, seconds)
    assert found, f"waited for {what}"
    return found


class Window:
    def __init__(self, profile, screenshots):
        options = Options()
        options.binary_location = "/usr/bin/chromium"
        for flag in [*FLAGS.split(), f"--user-data-dir={profile}"]:
            options.add_argument(flag)
        self.browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.screenshots = screenshots

    def open(self, address):
        self.browser.set_page_load_timeout(240)
        self.browser.get(address)

    def close(self):
        self.browser.quit()

    def photograph(self, name):
        self.browser.switch_to.default_content()
        self.browser.save_screenshot(str(self.screenshots / f"{name}.png"))

    # The tree

    def unfold(self, *path):
        """Opens the nodes down to the last. pgAdmin remembers which were open, and opens some by itself."""
        until(lambda: all(self._open(node, child) for node, child in zip(path, path[1:])), path[-1])

    def connect(self, server):
        self.ask_to_connect(server)
        until(lambda: self.is_connected(server), f"{server} to be connected")

    def ask_to_connect(self, server):
        self._act(lambda: self._double_click(server), server)

    def is_connected(self, server):
        icon = self._node(server).find_element(By.XPATH, "../i")
        return "icon-pg" in icon.get_attribute("class").split()

    def disconnect(self, server):
        self.choose(server, "Disconnect from server", lambda: "Are you sure" in self.dialog())
        self.press("Disconnect")
        until(lambda: not self.is_connected(server), f"{server} to be disconnected")

    def choose(self, name, entry, effect):
        """An entry of the Object menu of a node. The menu may be another node's for a moment; and where it is drawn
        anew under the click, nothing comes of that and it stays open."""

        def choose_once():
            ActionChains(self.browser).send_keys(Keys.ESCAPE).perform()
            self._node(name).click()
            self.browser.find_element(By.CSS_SELECTOR, "button[data-label=Object]").click()
            self._labelled("[role=menuitem]", entry).click()
            return until_or_not(lambda: not self._shows("[role=menuitem]", entry), seconds=3) and until_or_not(effect, seconds=12)

        until(choose_once, entry, seconds=90)

    def open_properties(self, name, effect):
        """By the keys that the Object menu shows for it: the menu itself loses clicks when it is drawn anew."""

        def press_keys():
            self._node(name).click()
            keys = ActionChains(self.browser).key_down(Keys.ALT).key_down(Keys.SHIFT).send_keys("e")
            keys.key_up(Keys.SHIFT).key_up(Keys.ALT).perform()
            return until_or_not(effect, seconds=12)

        until(press_keys, "Properties")

    # Dialogs

    def press(self, label):
        button = f"//button[normalize-space()='{label}']"
        self._act(lambda: self.browser.find_element(By.XPATH, button).click(), label)

    def tabs(self):
        return [tab.text for tab in self.browser.find_elements(By.CSS_SELECTOR, "[role=tab]")]

    def show_tab(self, label):
        self._act(lambda: self._labelled("[role=tab]", label).click(), label)

    def dialog(self):
        """The text of what asks for an answer."""
        return "\n".join(dialog.text for dialog in self.browser.find_elements(By.CSS_SELECTOR, ".MuiDialog-container"))

    # The query tool

    def open_query_tool(self, database):
        button = (By.CSS_SELECTOR, "button[data-label='Query Tool']")
        self._act(lambda: self._node(database).click(), database)
        until(lambda: self.browser.find_element(*button).is_enabled(), "the Query Tool button")
        self._act(lambda: self.browser.find_element(*button).click(), "Query Tool")

    def run(self, sql=""):
        """Appends the SQL to what is there, and runs it."""
        self.enter_query_tool()
        editor = self.browser.find_element(By.CSS_SELECTOR, ".cm-content")
        self._act(editor.click, "the editor")
        editor.send_keys(sql, Keys.F5)

    def enter_query_tool(self):
        """Which is a page of its own; what is in front of the others is reached from here only."""
        self.browser.switch_to.default_content()
        frames = until(lambda: self.browser.find_elements(By.TAG_NAME, "iframe"), "the query tool")
        self.browser.switch_to.frame(frames[-1])
        until(lambda: self.browser.find_element(By.CSS_SELECTOR, ".cm-content"), "the editor")

    def cells(self):
        """The result's, without the numbers of its rows."""
        cells = self.browser.find_elements(By.CSS_SELECTOR, "[role=gridcell]")
        return [cell.text for cell in cells if cell.get_attribute("aria-colindex") != "1"]

    # Elements

    def _node(self, name):
        return self._first(".file-name", lambda text: text == name, name)

    def _labelled(self, selector, label):
        return self._first(selector, lambda text: text.startswith(label), label)

    def _shows(self, selector, label):
        elements = self.browser.find_elements(By.CSS_SELECTOR, selector)
        return any(element.is_displayed() and element.text.startswith(label) for element in elements)

    def _first(self, selector, fits, what):
        for element in self.browser.find_elements(By.CSS_SELECTOR, selector):
            if fits(element.text):
                return element
        raise NoSuchElementException(what)

    def _open(self, node, child):
        if not self._has_node(child):
            self._double_click(node)
        return until_or_not(lambda: self._has_node(child), seconds=10)

    def _has_node(self, name):
        return name in [node.text for node in self.browser.find_elements(By.CSS_SELECTOR, ".file-name")]

    def _double_click(self, name):
        ActionChains(self.browser).double_click(self._node(name)).perform()

    def _act(self, action, what):
        until(lambda: (action(), True)[1], what)
