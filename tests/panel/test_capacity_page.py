"""How busy it was is seen in the browser, by eye, by pointer and by keys, and only of one's own."""

from playwright.sync_api import Page, expect

from tests.panel.busy_weeks import keep_busy_weeks
from tests.panel.panel_server import DID, Panel
from tests.panel.signing_in import sign_in


def test_a_plot_reads_out_what_its_table_says(page: Page, panel: Panel) -> None:
    keep_busy_weeks(panel)
    sign_in(page, panel, "anna")
    page.get_by_role("link", name="Capacity", exact=True).click()
    plot = page.get_by_role("region", name="Load, offered and carried", exact=True).first
    field = plot.get_by_role("slider")
    field.focus()
    page.keyboard.press("Home")
    plot.get_by_text("The same in numbers").click()
    first = plot.locator("tbody tr").first
    field.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Home")
    for cell in first.locator("th, td").all_inner_texts():
        expect(plot.locator(".read")).to_contain_text(cell)
    field.hover(position={"x": 200, "y": 20})
    expect(plot.locator(".read")).not_to_contain_text(first.locator("th").inner_text())


def test_ranges_and_queues_are_chosen_by_links_and_a_form(page: Page, panel: Panel) -> None:
    keep_busy_weeks(panel)
    sign_in(page, panel, "anna")
    page.goto(f"{panel.url}/capacity")
    page.get_by_role("link", name="Week", exact=True).click()
    page.get_by_label("Queue").select_option(f"@{DID}")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name="Week", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    expect(page.get_by_label("Queue")).to_have_value(f"@{DID}")
    expect(page.get_by_role("heading", name="Utilisation of workers")).to_be_visible()


def test_whoever_is_narrowed_sees_the_own_queues_alone(page: Page, panel: Panel) -> None:
    keep_busy_weeks(panel)
    sign_in(page, panel, "sven")
    page.goto(f"{panel.url}/capacity?queue=@{DID}".replace("+", "%2B"))
    expect(page.get_by_role("heading", name="Calls", exact=True)).to_be_visible()
    expect(page.get_by_text("shared by all queues")).to_be_visible()
    expect(page.get_by_role("heading", name="Utilisation of workers")).to_have_count(0)
    expect(page.get_by_text(DID)).to_have_count(0)


def test_nonsense_asked_for_is_the_day_of_all(page: Page, panel: Panel) -> None:
    sign_in(page, panel, "anna")
    page.goto(f"{panel.url}/capacity?range=%27%00&queue=<script>")
    expect(page.get_by_role("link", name="Day", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
