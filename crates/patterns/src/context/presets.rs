//! The scenarios of contexts.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

/// That of the defaults.
pub(super) const USUAL: Preset = Preset {
    label: "A search within 300 ms",
    says: "Search has 300 ms and needs a second: its deadline ends it, and the root goes on without it.",
    help: "Stock asks for 500 ms and gets the 300 ms of search, the context above it. Price has no deadline and is done after 100 ms.",
    tries: &[
        Trial::at(90, "Cancel price at 80 ms", &[Deed::Value("cancel", "price@80ms")]),
        Trial::at(110, "Cancel the root at 120 ms", &[Deed::Value("cancel", "root@120ms")]),
        Trial::at(
            100,
            "Open the code at the work",
            &[Deed::Code("patterns/context/tree.rs", "scope.guard(env.sleep(span))")],
        ),
    ],
    speed: 0.05,
    ..Preset::BASE
};

/// The others.
pub(super) const ALL: &[Preset] = &[
    Preset {
        id: "cancelled",
        label: "One branch is cancelled",
        says: "Search is cancelled at 120 ms: all open below it end at that instant, and price goes on.",
        help: "A cancellation goes down, in the order of beginning, and takes no time. What had ended stays as it was, and nobody above or \
               beside hears of it.",
        tries: &[
            Trial::at(110, "Cancel the root instead", &[Deed::Value("cancel", "root@120ms")]),
            Trial::at(150, "Let the log lookup never look", &[Deed::Value("ignores", "log")]),
        ],
        speed: 0.03,
        values: &[
            ("tree", "root;search<root;price<root@400ms;stock<search;log<stock;near<search;rate<price"),
            ("work", "search=500ms;stock=300ms;log=200ms;near=40ms;price=300ms;rate=200ms"),
            ("cancel", "search@120ms"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "longer",
        label: "A child asks for more",
        says: "Stock asks for 500 ms below a search that has 300: it gets 300, and ends with search.",
        help: "A deadline goes down as a cancellation does: who is below has the earlier of its own and that of the one above. Stock needs 450 ms, \
               and would have been in time by what it asked for. Price, beside it, has no deadline and is done.",
        tries: &[
            Trial::at(
                310,
                "Give search 600 ms",
                &[Deed::Value("tree", "root;search<root@600ms;stock<search@500ms;price<root")],
            ),
            Trial::at(
                310,
                "Ask for 200 ms",
                &[Deed::Value("tree", "root;search<root@300ms;stock<search@200ms;price<root")],
            ),
        ],
        speed: 0.05,
        values: &[
            ("tree", "root;search<root@300ms;stock<search@500ms;price<root"),
            ("work", "stock=450ms;price=420ms"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "never-looks",
        label: "Work that never looks",
        says: "Stock never looks at its context: that ends at 100 ms, and the work goes on for 300 ms more.",
        help: "A context stops nobody by force. The hatched part of the bar is work for nobody.",
        tries: &[
            Trial::at(90, "Let it look", &[Deed::Value("ignores", "")]),
            Trial::at(200, "Let price never look either", &[Deed::Value("ignores", "stock;price")]),
        ],
        speed: 0.05,
        values: &[
            ("tree", "root@100ms;stock<root;price<root"),
            ("work", "stock=400ms;price=250ms"),
            ("ignores", "stock"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "forgotten",
        label: "A context nobody ends",
        says: "The work of a and b is done at 50 ms, and nobody ends their contexts: a timer or the root does.",
        help: "Go warns of a cancel function that is never called. The context of a lives until its timer goes off at 200 ms, the one of b \
               until the root ends at 400 ms; each is named with the line that made it.",
        tries: &[
            Trial::at(250, "End both", &[Deed::Value("forgets", "")]),
            Trial::at(250, "Forget c as well", &[Deed::Value("forgets", "a;b;c")]),
        ],
        speed: 0.05,
        values: &[
            ("tree", "root;a<root@200ms;b<root;c<root"),
            ("work", "root=400ms;a=50ms;b=50ms;c=50ms"),
            ("forgets", "a;b"),
        ],
        ..Preset::BASE
    },
    Preset {
        id: "row-left",
        label: "StartInterview: the row",
        says: "The service is not ready in 300 ms: whether its row stays depends on who deletes it.",
        help: "The row is created first. As shipped nobody deletes it when the service fails; beside it, it is deleted under a context of its \
               own, which hears nothing of the deadline that ended all else.",
        tries: &[
            Trial::at(330, "Delete the row", &[Deed::Value("compensate", "on")]),
            Trial::at(400, "Let the watch never look", &[Deed::Value("watch-obeys", "off")]),
            Trial::at(
                330,
                "Open the code at the delete",
                &[Deed::Code("patterns/context/interview.rs", "own.detached(\"delete row\", CLEAN_UP)")],
            ),
        ],
        speed: 0.05,
        fidelity: Some(Fidelity::Shipped),
        values: &[("scenario", "start-interview"), ("initialize-fails", "on")],
        beside: &[("compensate", "on")],
    },
    Preset {
        id: "row-deleted",
        label: "StartInterview: caller gone",
        says: "The caller goes at 100 ms: all is cancelled, and the row is deleted under its own context.",
        help: "What must be done although all else was given up needs a context that hears nothing of it, and a deadline of its own.",
        tries: &[
            Trial::at(110, "Leave the row", &[Deed::Value("compensate", "off")]),
            Trial::at(130, "Let the caller stay", &[Deed::Value("cancel", "")]),
        ],
        speed: 0.05,
        values: &[("scenario", "start-interview"), ("initialize-fails", "on"), ("cancel", "StartInterview@100ms")],
        ..Preset::BASE
    },
];
