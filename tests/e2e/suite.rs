//! *Run all*: the members of a suite, and the documents' tables beside what was measured.

use millrace::export::suite::{Said, SuiteRow, SuiteRun};
use millrace::spec::Primitive;
use serde_json::json;

use crate::page::{Page, on_the_page};

const LINK: &str = "#/worker-pool?requests=300&workers=7";

/// The figures that the native program has for a link's suite.
fn native_rows(link: &str) -> Vec<SuiteRow> {
    let scenario = millrace::session::link::decode(link).expect("the test's link is right").scenario;
    let mut suite = SuiteRun::new(&scenario).expect("it belongs to a suite");
    while !suite.work(u64::MAX) {}
    suite.rows()
}

#[tokio::test]
async fn the_documents_words_their_guide_and_their_primitives_are_tables_beside_the_figures() {
    on_the_page(LINK, async |page: Page| {
        page.click("compare").await;
        page.until("all members are computed", "$('verdict')").await;
        for row in native_rows(LINK) {
            let id = row.pattern.id;
            for said in Said::ALL {
                let cell =
                    format!("$('suite-said').querySelector('[data-pattern={id}] [data-said=\"{}\"]')", said.heading());
                let text = page.text(&format!("{cell}.innerText")).await;
                // A future in wasm has smaller pointers than one of the native program.
                let differs = matches!(said, Said::Memory | Said::BenchmarkMemory);
                let measured = row.beside(said).filter(|_| !differs);
                for wanted in [row.claimed(said), measured].into_iter().flatten() {
                    assert!(text.contains(&wanted), "{wanted} of {id}: {text}");
                }
            }
            let guide = page.text(&format!("$('suite-guide').querySelector('[data-pattern={id}]').innerText")).await;
            assert!(row.claims.choose.iter().all(|reason| guide.contains(reason)), "{id}: {guide}");
        }
        let marks = page.value("$('suite-primitives').innerText.split('✓').length - 1").await;
        let ticked: usize = native_rows(LINK).iter().map(|row| row.claims.primitives.len()).sum();
        assert_eq!(
            (marks, ticked),
            (json!(ticked), 10),
            "the ticks of the documents' table of {} primitives",
            Primitive::ALL.len()
        );
    })
    .await;
}

#[tokio::test]
async fn the_report_has_what_the_documents_print_of_memory_beside_what_stands_for_it() {
    on_the_page("#/sequential?requests=100", async |page: Page| {
        page.run_to_the_end().await;
        page.click("tab-report").await;
        let text = page.element("cost").await.text().await.expect("a table is text");
        for said in ["Alloc, TotalAlloc, Sys, NumGC", "352.5 KB", "36", "waiting futures", "MiB", "the host's clock"] {
            assert!(text.contains(said), "{said}: {text}");
        }
    })
    .await;
}
