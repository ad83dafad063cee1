//! The stage in a file.

use super::millrace;

/// A file in the folder of the build, by a name of its own.
fn file(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_TARGET_TMPDIR"))
}

#[test]
fn the_stage_at_an_instant_is_a_picture_of_that_instant() {
    let pictures = ["200ms", "400ms"].map(|at| {
        let file = file(&format!("stage-{at}.svg"));
        millrace(&["run", "#/worker-pool?requests=500", "--picture", &file, "--at", at]).ended(0);
        std::fs::read_to_string(file).expect("a picture was written")
    });
    for picture in &pictures {
        assert!(picture.starts_with("<svg") && picture.ends_with("</svg>"), "{picture:.80}");
        // What the scene is made of has its name in it.
        assert!(picture.contains("Server"), "the server is on it");
    }
    assert_ne!(pictures[0], pictures[1]);
}

#[test]
fn without_an_instant_it_is_that_of_the_link_or_the_end() {
    let picture = |link: &str, name: &str, more: &[&str]| {
        let file = file(name);
        millrace(&[&["run", link, "--picture", &file], more].concat()).ended(0);
        std::fs::read_to_string(file).expect("a picture was written")
    };
    const LINK: &str = "#/worker-pool?requests=500";
    let asked = picture(LINK, "stage-asked.svg", &["--at", "0.3"]);
    assert_eq!(picture("#/worker-pool?requests=500&at=300ms", "stage-link.svg", &[]), asked);
    assert_eq!(picture(LINK, "stage-end.svg", &[]), picture(LINK, "stage-late.svg", &["--at", "1h"]));
}

#[test]
fn an_instant_after_the_end_is_said_to_be_the_end() {
    let file = file("stage-after.svg");
    let over = millrace(&["run", "#/semaphore", "--picture", &file, "--at", "1h", "--format", "json"]).ended(0);
    let report: serde_json::Value = serde_json::from_str(&over.out).expect("a report");
    assert_eq!(report["notices"][0], "the run is over at 0.200 s, and the picture is that of its end");
}

#[test]
fn a_phone_has_a_picture_of_its_own_and_the_dark_theme_other_colours() {
    let picture = |name: &str, more: &[&str]| {
        let file = file(name);
        millrace(&[&["run", "#/semaphore", "--at", "70ms", "--picture", &file], more].concat()).ended(0);
        std::fs::read_to_string(file).expect("a picture was written")
    };
    let plain = picture("stage-plain.svg", &[]);
    assert!(plain.contains("width=\"880\""), "{plain:.200}");
    let phone = picture("stage-phone.svg", &["--phone"]);
    assert!(phone.contains("width=\"390\""), "{phone:.200}");
    assert_ne!(picture("stage-dark.svg", &["--dark"]), plain);
}

#[test]
fn what_is_wrong_with_a_picture_is_said_with_the_option_or_the_file() {
    let wrong = |more: &[&str]| millrace(&[&["run", "#/semaphore"], more].concat()).ended(2).err;
    assert!(wrong(&["--picture", "/no/such/folder/a.svg"]).contains("/no/such/folder/a.svg: "));
    assert!(wrong(&["--picture", &file("stage-wrong.svg"), "--at", "soon"]).contains("--at: "));
    assert!(wrong(&["--at", "1s"]).contains("--picture"));
}
