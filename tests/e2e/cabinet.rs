//! The bug cabinet: its cards, the way into one and back by keyboard alone, and what an opened card shows.

use crate::page::{Page, on_the_page};
use millrace::session::link;
use millrace::spec::Card;
use serde_json::json;

const ENTER: char = '\u{e007}';
const ESCAPE: char = '\u{e00c}';
const RIGHT: char = '\u{e014}';
const DOWN: char = '\u{e015}';
/// Both stages, or the one that is shown alone.
const STAGES: &str = "['stage', 'stage-second'].filter(stage => $(stage)).join(' ')";

/// The cards, as the site that is looked at has them.
fn text() -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/dist/sources/cards.txt");
    std::fs::read_to_string(file).expect("the site was built")
}

/// The card that has the focus.
async fn focused(page: &Page) -> String {
    page.text("document.activeElement?.dataset.card ?? ''").await
}

#[tokio::test]
async fn somebody_at_the_keyboard_finds_a_card_opens_it_and_comes_back_to_it() {
    on_the_page("#/worker-pool?requests=300", async |page: Page| {
        page.script("$('cabinet').focus(); return null", vec![]).await;
        page.press(ENTER).await;
        page.until("the cards are there", "document.querySelector('[data-card]') && location.hash === '#/cabinet'")
            .await;
        page.script("document.querySelector('[data-card]').focus(); return null", vec![]).await;
        let text = text();
        let cards = Card::all(&text);
        page.press(RIGHT).await;
        assert_eq!(focused(&page).await, cards[1].id, "to the right is the next one");
        page.press(DOWN).await;
        let (below, cost) = (focused(&page).await, cards[0].cost);
        let below = *cards.iter().find(|card| card.id == below).expect("a card has the focus");
        assert_ne!(below.cost, cost, "one row is shown of each, so below is another cost");
        page.press(ENTER).await;
        page.until("it is open", &format!("$('card')?.dataset.card === '{}'", below.id)).await;
        page.press(ESCAPE).await;
        page.until("the cards are back", "$('cards') && location.hash === '#/cabinet'").await;
        page.until("the focus is on the card", &format!("document.activeElement?.dataset.card === '{}'", below.id))
            .await;
        page.press(ESCAPE).await;
        page.until("and the workbench is", "$('stage')").await;
    })
    .await;
}

#[tokio::test]
async fn an_opened_card_has_both_values_both_runs_at_the_instant_and_the_line() {
    on_the_page("#/cabinet", async |page: Page| {
        let text = text();
        let cards = Card::all(&text);
        for id in ["registers-again", "never-opens", "stranded"] {
            let card = *cards.iter().find(|card| card.id == id).expect("a card");
            page.go(&card.link()).await;
            let at = link::decode(&card.link()).expect("its link").scenario.moment.at.expect("an instant").0;
            page.until("it is open", &format!("$('card')?.dataset.card === '{id}'")).await;
            page.until("it stands at the instant", &format!("$('clock').dataset.ns === '{at}' && !$('cancel')")).await;
            assert_eq!(page.attribute("run", "data-state").await, "paused", "{id}");
            page.until("both runs are there", "$('stage-second') && $('run-second').textContent.includes('shipped')")
                .await;
            let values = [page.text("$('card-document').innerText").await, page.text("$('card-code').innerText").await];
            assert_eq!(values, [card.document, card.code], "{id}");
            let line = "document.querySelector('.code li.asked')?.textContent ?? ''";
            page.until("the line is shown", &format!("{line} !== ''")).await;
            assert!(page.text(line).await.contains(card.marker), "{id}");
            assert_eq!(page.link().await, card.link());
        }
        page.fill("seed", "7").await;
        page.until("the figures are not said of another run", "$('card-changed') && !$('card-code')").await;
        let place = cards.iter().position(|card| card.id == "stranded").expect("a card");
        page.click("card-next").await;
        page.until("the next one is open", &format!("$('card').dataset.card === '{}'", cards[place + 1].id)).await;
        page.click("card-leave").await;
        page.until("the same runs without a card", "$('voice') && !$('card') && $('stage-second')").await;
    })
    .await;
}

#[tokio::test]
async fn the_panel_of_a_card_adds_up_says_where_the_runs_part_and_runs_other_seeds_beside() {
    on_the_page("#/cabinet", async |page: Page| {
        let text = text();
        let card = *Card::all(&text).iter().find(|card| card.id == "two-buckets").expect("a card");
        page.go(&card.link()).await;
        page.until("both runs are over", "$('difference-rows')").await;
        let rows = "[...$('difference-rows').querySelectorAll('tbody tr')].map(row => [...row.children].map(cell => cell.innerText))";
        let rows: Vec<Vec<String>> = serde_json::from_value(page.value(rows).await).expect("rows");
        let own = rows.last().expect("the figure of the card");
        assert_eq!(*own, [card.figure, card.document, card.code], "read out of the runs");
        for side in [1, 2] {
            let n = |row: &Vec<String>| row[side].replace(',', "").parse::<u64>().expect("a count");
            let ways = rows.iter().skip(1).take_while(|row| row[0] != "Over after").map(n);
            assert_eq!(ways.sum::<u64>(), n(&rows[0]), "whoever came is in one of the rows below: {rows:?}");
        }
        let parting = page.attribute("parting", "data-ns").await;
        page.click("parting-go").await;
        page.until("the playhead stands where they part", &format!("$('clock').dataset.ns === '{parting}' && !$('cancel')")).await;
        assert!(page.text("$('card').querySelector('[role=status].vh').textContent").await.starts_with("They part at "));
        page.click("seeds-start").await;
        page.until("some are run", "Number($('seeds').dataset.done) > 0").await;
        page.until("all are", "$('seeds').dataset.done === '30' && !$('seeds-cancel')").await;
        assert_eq!(page.value("document.querySelectorAll('.strips circle').length").await, json!(60));
        let said = page.text("$('seeds-say').innerText").await;
        assert!(said.starts_with("They differ on ") && said.ends_with(" of 30 seeds."), "{said}");
        page.fill("seed", "7").await;
        page.until("none of it is said of another run", "$('card-changed') && !$('difference') && !$('seeds')").await;
    })
    .await;
}

#[tokio::test]
async fn keys_lead_from_card_to_card_and_show_document_or_code_alone() {
    on_the_page("#/cabinet?kind=order", async |page: Page| {
        let text = text();
        let cards: Vec<_> = Card::all(&text).into_iter().filter(|card| card.kind == "order").collect();
        let [first, second, .., last] = cards.as_slice() else { panic!("several of a kind") };
        let is_open = |card: &Card<'_>| format!("$('card')?.dataset.card === '{}' && !$('cancel')", card.id);
        page.until("the cards are there", "document.querySelector('[data-card]')").await;
        page.click(&format!("card-{}", first.id)).await;
        page.until("the first is open", &is_open(first)).await;
        page.blur().await;
        page.press('n').await;
        page.until("the next of those that were chosen is", &is_open(second)).await;
        for (key, shown) in [('d', "stage"), ('s', "stage-second"), ('s', "stage stage-second")] {
            page.press(key).await;
            page.until("one is shown alone, or both again", &format!("{STAGES} === '{shown}'")).await;
        }
        page.press('d').await;
        page.until("the document is alone", &format!("{STAGES} === 'stage'")).await;
        assert_eq!(page.attribute("solo-first", "aria-label").await, "both runs again");
        page.press('p').await;
        page.until(
            "the first is open again, with both",
            &format!("{} && {STAGES} === 'stage stage-second'", is_open(first)),
        )
        .await;
        page.press('p').await;
        page.until("before the first stands the last", &is_open(last)).await;
        page.click("solo-second").await;
        page.until("a press does it too", &format!("{STAGES} === 'stage-second'")).await;
        page.press(ESCAPE).await;
        page.until(
            "one comes back to those that were chosen",
            "$('cards') && location.hash === '#/cabinet?kind=order'",
        )
        .await;
    })
    .await;
}

#[tokio::test]
async fn keys_lead_to_where_the_runs_of_a_card_begin_part_and_end() {
    on_the_page("#/cabinet", async |page: Page| {
        let text = text();
        // It opens at 25 ms. Its runs part at 17 ms, when the first query comes in, and the one of the code ends at 22 ms.
        let card = *Card::all(&text).iter().find(|card| card.id == "never-prepared").expect("a card");
        page.go(&card.link()).await;
        page.until("both runs are over", "$('parting') && !$('cancel')").await;
        page.blur().await;
        let at = |place: &str| format!("Number($('clock').dataset.ns) {place} && !$('cancel')");
        let parting: u64 = page.attribute("parting", "data-ns").await.parse().expect("an instant");
        assert!(parting > 0);
        for (key, place) in [
            ('[', "< 25e6".to_owned()),
            ('[', format!("=== {parting}")),
            ('[', "=== 0".to_owned()),
            (']', format!("=== {parting}")),
            (']', format!("> {parting}")),
        ] {
            page.press(key).await;
            page.until("it goes there", &at(&place)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_search_finds_cards_and_they_are_sorted_and_chosen_by_source_in_the_link() {
    on_the_page("#/cabinet", async |page: Page| {
        let text = text();
        let cards = Card::all(&text);
        page.until("the cards are there", "document.querySelector('[data-card]')").await;
        let order = "[...document.querySelectorAll('[data-card]')].map(card => card.dataset.card).join()";
        let dearest: Vec<_> = cards.iter().map(|card| card.id).collect();
        assert_eq!(page.text(order).await, dearest.join(","), "the dearest first");
        assert_eq!(page.value("document.querySelectorAll('.pic').length").await, json!(2 * cards.len()));
        page.choose("cabinet-source", "004").await;
        page.until("the link says it", "location.hash === '#/cabinet?source=004'").await;
        page.choose("cabinet-sort", "pattern").await;
        page.until("and the order", "location.hash === '#/cabinet?source=004&sort=pattern'").await;
        let told: Vec<_> = cards.iter().filter(|card| card.is_told_in("4")).collect();
        assert_eq!(page.value("document.querySelectorAll('[data-card]').length").await, json!(told.len()));
        page.blur().await;
        page.press('/').await;
        for key in "copy live".chars() {
            page.press(key).await;
        }
        page.until("a card is found", "$('found-card')").await;
        page.click("found-card").await;
        page.until("it is open", "$('card')?.dataset.card === 'stale-copies'").await;
    })
    .await;
}

#[tokio::test]
async fn the_kinds_that_are_chosen_stand_in_the_link_and_back_leads_to_them() {
    on_the_page("#/cabinet?kind=race", async |page: Page| {
        let shown = "[...document.querySelectorAll('[data-card]')].filter(card => card.offsetParent).length";
        let text = text();
        let of = |kinds: &[&str]| Card::all(&text).iter().filter(|card| kinds.contains(&card.kind)).count();
        page.until("all of the kind are shown", &format!("{shown} === {}", of(&["race"]))).await;
        page.click("kind-lost-work").await;
        page.until("the link says it", "location.hash === '#/cabinet?kind=race,lost-work'").await;
        assert_eq!(page.value(shown).await, json!(of(&["race", "lost work"])));
        page.click("card-two-buckets").await;
        page.until("a card is open", "$('card')?.dataset.card === 'two-buckets'").await;
        page.script("history.back(); return null", vec![]).await;
        page.until("the same kinds are chosen", &format!("$('cards') && {shown} === {}", of(&["race", "lost work"])))
            .await;
        page.click("kind-all").await;
        page.until("all are", "location.hash === '#/cabinet'").await;
    })
    .await;
}
