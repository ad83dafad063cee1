//! The front door, the voice and what can be tried: what somebody meets who followed no link.

use millrace::patterns::{self, questions};
use serde_json::json;

use crate::chromium::Command;
use crate::page::{Page, before_the_page, on_the_page};

#[tokio::test]
async fn without_a_link_a_scenario_moves_at_once_and_the_page_says_what_it_is() {
    on_the_page("", async |page: Page| {
        let (pattern, question) = questions()[0];
        page.until_is("run", "data-state", "running").await;
        page.until("the playhead moves", "Number($('clock').dataset.ns) > 0").await;
        assert_eq!(page.attribute(&format!("pattern-{}", pattern.id), "aria-current").await, "page");
        let voice = page.text("$('voice').innerText").await;
        assert!(voice.contains("runs real Rust futures") && voice.contains(pattern.usual.says), "{voice}");
        assert_eq!(page.attribute("tab-start", "aria-selected").await, "true");
        let asked = page.text("$('start').innerText").await;
        for (_, question) in questions() {
            assert!(asked.contains(question.asks), "{asked}");
        }
        assert_eq!(
            page.attribute(&format!("question-{}", pattern.id), "aria-current").await,
            "true",
            "{}",
            question.asks
        );
        assert_eq!(page.link().await, "", "the door is no link: who loads the page again is at the door again");
        assert_eq!(page.value("$('notice') ?? $('error')").await, json!(null), "the page complains about nothing");
    })
    .await;
}

#[tokio::test]
async fn the_sentence_that_says_what_the_page_is_goes_for_good() {
    before_the_page(async |page: Page| {
        page.open("").await;
        page.click("lead-close").await;
        page.until("it is gone", "!$('voice').innerText.includes('real Rust futures')").await;
        page.has_met_no_error().await;
        page.open("").await;
        page.until_is("run", "data-state", "running").await;
        assert_eq!(page.value("$('lead-close')").await, json!(null), "it stays away");
    })
    .await;
}

#[tokio::test]
async fn a_link_opens_what_it_names_and_stands_still_with_its_own_sentence() {
    on_the_page("#/circuit-breaker", async |page: Page| {
        for link in ["#/circuit-breaker", "#/worker-pool?preset=open&embed=1", "#/elevator?preset=stranded"] {
            page.open(link).await;
            let scenario = millrace::session::link::decode(link).expect("a link").scenario;
            assert_eq!(page.attribute("run", "data-state").await, "idle", "{link}");
            assert_eq!(page.attribute("tab-start", "aria-selected").await, "false", "{link}");
            let voice = page.text("$('voice').innerText").await;
            assert!(voice.contains(scenario.began_as().says) && !voice.contains("real Rust futures"), "{voice}");
            page.has_met_no_error().await;
        }
    })
    .await;
}

#[tokio::test]
async fn every_question_runs_its_scenario_and_stops_where_there_is_something_to_see() {
    on_the_page("", async |page: Page| {
        for (pattern, question) in questions() {
            // At a speed of one's own: the answer is the same.
            page.blur().await;
            page.press('6').await;
            page.click(&format!("question-{}", pattern.id)).await;
            let stops = question.stops.0.to_string();
            page.until_is("clock", "data-ns", &stops).await;
            page.until("it stands", "['paused', 'done', 'failed'].includes($('run').dataset.state)").await;
            assert_eq!(page.attribute("tab-start", "aria-selected").await, "true", "the questions stay");
            assert_eq!(page.attribute(&format!("question-{}", pattern.id), "aria-current").await, "true");
            assert!(page.link().await.starts_with(&format!("#/{}", pattern.id)), "{}", question.asks);
            assert_eq!(page.value("$('lead-close')").await, json!(null), "something was chosen");
            if page.attribute("run", "data-state").await == "paused" {
                page.until(
                    "it says why it stands",
                    &format!("$('stopped')?.innerText.includes({})", json!(question.fact)),
                )
                .await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_wants_less_motion_finds_it_standing_where_there_is_something_to_see() {
    before_the_page(async |page: Page| {
        page.chromium(Command::less_motion()).await;
        page.open("").await;
        let stops = questions()[0].1.stops.0.to_string();
        page.until_is("clock", "data-ns", &stops).await;
        assert_eq!(page.attribute("run", "data-state").await, "paused");
        assert_eq!(page.text("document.activeElement.dataset.testid").await, "run");
    })
    .await;
}

#[tokio::test]
async fn what_is_tried_is_in_the_link_shows_where_it_says_and_is_taken_back_by_a_second_press() {
    on_the_page("#/worker-pool", async |page: Page| {
        let trial = &patterns::find("worker-pool").expect("a pattern").usual.tries[0];
        let shows = trial.shows.expect("an instant").0;
        page.click("try-0").await;
        page.until_is("try-0", "aria-pressed", "true").await;
        page.until("it is there and goes on", &format!("Number($('clock').dataset.ns) > {shows}")).await;
        assert_eq!(page.attribute("run", "data-state").await, "running");
        assert_eq!(page.value("location.hash.split('kill-worker').length").await, json!(3), "two of them");
        page.click("try-1").await;
        page.until("the second is beside the first", "location.hash.includes('workers=60')").await;
        assert_eq!(page.attribute("try-0", "aria-pressed").await, "true", "and takes nothing from it");
        page.until("what is another leads", "$('voice-changed')?.innerText.includes('workers 60')").await;
        page.until("the sentence of the scenario steps back", "$('voice').innerText.includes('Scenario: ')").await;
        let weight = |of: &str| format!("+getComputedStyle(document.querySelector('{of}')).fontWeight");
        let (leads, steps_back) = (weight("[data-testid=voice-changed]"), weight(".sentence small"));
        page.until("in another weight", &format!("{leads} > {steps_back}")).await;
        page.click("try-0").await;
        page.until_is("try-0", "aria-pressed", "false").await;
        assert_eq!(page.link().await, "#/worker-pool?workers=60");
        page.click("try-1").await;
        page.until_is("try-1", "aria-pressed", "false").await;
        assert_eq!(page.link().await, "#/worker-pool");
        assert_eq!(page.value("$('voice-changed')").await, json!(null), "as it was written");
    })
    .await;
}

#[tokio::test]
async fn a_passage_of_the_code_is_opened_at_its_line_and_left_again() {
    on_the_page("#/worker-pool?requests=300", async |page: Page| {
        page.click("tab-log").await;
        page.click("try-2").await;
        page.until_is("tab-code", "aria-selected", "true").await;
        let line = "$('code').querySelector('li.asked')";
        page.until("the line is marked", line).await;
        assert!(page.text(&format!("{line}.innerText")).await.contains("env.call(&job)"));
        let seen = format!(
            "(() => {{ const r = {line}.getBoundingClientRect(), b = {line}.parentElement.getBoundingClientRect(); \
             return r.top >= b.top && r.bottom <= b.bottom; }})()"
        );
        page.until("and can be seen", &seen).await;
        assert_eq!(page.attribute("try-2", "aria-pressed").await, "true");
        assert_eq!(page.link().await.split('&').next(), Some("#/worker-pool?requests=300"), "the run is the same");
        page.click("try-2").await;
        page.until_is("tab-log", "aria-selected", "true").await;
    })
    .await;
}

#[tokio::test]
async fn the_origin_is_one_press_from_what_documented_and_shipped_mean() {
    on_the_page("#/circuit-breaker", async |page: Page| {
        page.until("it is said", "$('fidelity-note').innerText.includes('there this breaker can never open')").await;
        page.click("origin").await;
        page.until_is("tab-explain", "aria-selected", "true").await;
        let seen = "(() => { const o = document.querySelector('#origin')?.getBoundingClientRect(), p = $('explain').getBoundingClientRect(); \
                    return o && o.top < p.bottom && o.bottom > p.top; })()";
        page.until("where it comes from is in sight", seen).await;
    })
    .await;
}

#[tokio::test]
async fn the_explanation_tells_of_the_run_up_to_the_playhead() {
    on_the_page("#/circuit-breaker", async |page: Page| {
        page.click("tab-explain").await;
        page.until("nothing has happened", "$('told').innerText.includes('not begun')").await;
        page.run_to_the_end().await;
        page.until("the run is told", "$('told').innerText.includes('opened 2 times, first at 2.030 s')").await;
        page.script("$('timeline').focus(); return null", vec![]).await;
        page.press('\u{e011}').await;
        page.until_is("clock", "data-ns", "0").await;
        page.until("and not what came later", "!$('told').innerText.includes('opened')").await;
    })
    .await;
}

#[tokio::test]
async fn the_search_leads_to_scenarios_parameters_and_explanations() {
    on_the_page("#/worker-pool", async |page: Page| {
        let seek = async |text: &str| {
            page.press('/').await;
            page.until("the search has the focus", "document.activeElement.id === 'find'").await;
            page.script("document.activeElement.select(); return null", vec![]).await;
            for key in text.chars() {
                page.press(key).await;
            }
        };
        let found = "[...document.querySelectorAll('[data-testid=found]')]";
        for word in ["queue", "p99", "load"] {
            seek(word).await;
            page.until(word, &format!("{found}.length > 0")).await;
            page.blur().await;
        }
        seek("timeout").await;
        let first = format!("{found}.find(a => a.querySelector('.name').innerText === 'Timeout')");
        page.until("the parameter is found", &first).await;
        page.script(&format!("{first}.click(); return null"), vec![]).await;
        page.until("it has the focus", "document.activeElement.dataset.testid === 'param-timeout'").await;
        page.blur().await;
        seek("stranded").await;
        let scenario = format!("{found}.find(a => a.innerText.includes('Stranded car'))");
        page.until("the scenario is found", &scenario).await;
        page.script(&format!("{scenario}.click(); return null"), vec![]).await;
        page.until("and opened", "location.hash.startsWith('#/elevator?preset=stranded')").await;
    })
    .await;
}

#[tokio::test]
async fn where_the_catalogue_is_glyphs_who_seeks_sees_it_in_full() {
    before_the_page(async |page: Page| {
        page.chromium(Command::window(1100, 800)).await;
        page.open("#/worker-pool").await;
        let wide = "document.querySelector('.rail').getBoundingClientRect().width > 200";
        assert_eq!(page.value(wide).await, json!(false));
        page.press('/').await;
        page.until("it is wide", wide).await;
        for key in "outage".chars() {
            page.press(key).await;
        }
        page.until(
            "what is found can be read",
            "$('found')?.querySelector('.name').getBoundingClientRect().width > 30",
        )
        .await;
        page.blur().await;
        page.until("it is narrow again", &format!("!({wide})")).await;
        assert_eq!(page.value("document.documentElement.scrollWidth <= innerWidth").await, json!(true));
    })
    .await;
}

#[tokio::test]
async fn a_scenario_is_played_at_its_own_speed_until_somebody_chooses_one() {
    on_the_page("#/wait-group?preset=lost-results", async |page: Page| {
        page.until_is("speed", "aria-valuetext", "0.006 times").await;
        page.click("pattern-elevator").await;
        page.until_is("speed", "aria-valuetext", "3 times").await;
        page.blur().await;
        page.press('4').await;
        page.until_is("speed", "aria-valuetext", "100 times").await;
        page.click("pattern-wait-group").await;
        page.until_is("pattern-wait-group", "aria-current", "page").await;
        assert_eq!(page.attribute("speed", "aria-valuetext").await, "100 times");
    })
    .await;
}
