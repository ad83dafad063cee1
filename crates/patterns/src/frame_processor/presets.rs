//! What there is to see at a frame processor: how it ends well, and what goes wrong as shipped.

use millrace_spec::{Deed, Fidelity, Preset, Trial};

const FILE: &str = "patterns/frame_processor/mod.rs";

pub(super) const USUAL: Preset = Preset {
    label: "Eight workers",
    says: "Eight workers take frames from one buffer and put results into another, which is read at once.",
    tries: &[
        Trial::at(2_000, "Stop it at 2 s", &[Deed::Value("stop-at", "2s")]),
        Trial::at(2_000, "Cancel it at 2 s", &[Deed::Value("cancel-at", "2s")]),
        Trial::at(2_000, "Open the code at the stop", &[Deed::Code(FILE, "async fn stop")]),
    ],
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        id: "stopped",
        label: "Stop, and all is done",
        says: "Stop takes no more frames, and waits until the workers have done what lies in the buffer.",
        help: "Stop closes the jobs channel, and the workers go on with what is in it: nothing is abandoned, and Stop takes as long as that takes, \
               which is the price of a large buffer.",
        tries: &[
            Trial::at(3_000, "Do not read results", &[Deed::Value("read-results", "off")]),
            Trial::at(3_000, "Cancel it at 3 s", &[Deed::Value("cancel-at", "3s")]),
            Trial::at(1_500, "Submit after Stop", &[Deed::Value("submit-after-stop", "on")]),
        ],
        values: &[("frames", "400"), ("stop-at", "2s"), ("jobs-buffer", "100")],
        ..Preset::BASE
    },
    Preset {
        id: "unread",
        label: "Stop waits for ever",
        says: "Nobody reads: results fill their buffer, no worker can deliver, and Stop waits for the workers.",
        help: "Each worker has one more result in hand and nowhere to put it. As shipped Stop waits for them without a limit, so it never returns. As \
               documented it has a limit, here of 2 s, and then cancels: the workers go, and what they had in hand is gone.",
        tries: &[
            Trial::at(3_000, "Read the results", &[Deed::Value("read-results", "on")]),
            Trial::at(3_500, "Cancel it at 4 s", &[Deed::Value("cancel-at", "4s")]),
            Trial::at(2_500, "Open the code at the wait", &[Deed::Code(FILE, "at_most(&self.env, within")]),
        ],
        speed: 1.0,
        fidelity: Some(Fidelity::Shipped),
        values: &[("frames", "200"), ("read-results", "off"), ("results-buffer", "100"), ("stop-at", "3s")],
        beside: &[("fidelity", "documented"), ("stop-within", "2s")],
    },
    Preset {
        id: "cancelled",
        label: "Cancel abandons",
        says: "Cancelled, a worker goes or takes one more by lot, and what lies in the buffer is abandoned.",
        help: "As shipped calls go on for nobody. A worker whose call is over finds that it is cancelled and that there is room for its result: both \
               ways are open, and it takes one by lot, so that about half of what was done is dropped. Who delivered has the same lot before the \
               next frame. As documented calls end at once, and each frame has a result or an error.",
        tries: &[
            Trial::at(2_000, "Stop it instead", &[Deed::Value("stop-at", "2s"), Deed::Value("cancel-at", "0ms")]),
            Trial::at(2_000, "Take 100 workers", &[Deed::Value("workers", "100")]),
            Trial::at(2_000, "Open the code at the lot", &[Deed::Code(FILE, "match select2(env, send")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("frames", "1000"), ("cancel-at", "2s"), ("workers", "32")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "late",
        label: "A frame after Stop",
        says: "Who submits does not know of the stop: the next frame comes to a channel that is closed.",
        help: "As shipped a send into a closed channel is a panic, and who has waited for room when the channel is closed panics too. As documented \
               Submit looks whether there was a stop, and says no.",
        tries: &[
            Trial::at(1_500, "Refuse late frames", &[Deed::Value("late-submit", "refused")]),
            Trial::at(1_500, "Submit no more after Stop", &[Deed::Value("submit-after-stop", "off")]),
        ],
        speed: 0.3,
        fidelity: Some(Fidelity::Shipped),
        values: &[("frames", "300"), ("submit-after-stop", "on"), ("stop-at", "1500ms"), ("jobs-buffer", "50")],
        beside: &[("fidelity", "documented")],
    },
    Preset {
        id: "no-time",
        label: "A result without a time",
        says: "Results are of use for 1 s, and as shipped none says when its frame was taken: all are used.",
        help: "Two hundred frames lie in the buffer, so each waits for three seconds. As shipped a result says nothing of when its frame was taken: whoever \
               reads it shows what was seen three seconds ago as if it were now. As documented it says so, and what is too old is put aside.",
        tries: &[
            Trial::at(4_000, "Let a result say when", &[Deed::Value("result-time", "on")]),
            Trial::at(4_000, "Let ten frames wait", &[Deed::Value("jobs-buffer", "10")]),
        ],
        speed: 1.0,
        fidelity: Some(Fidelity::Shipped),
        values: &[("frames", "600"), ("jobs-buffer", "200"), ("fresh-for", "1s")],
        beside: &[("fidelity", "documented")],
    },
];
