//! What there is to see on the platform.

use millrace_spec::{Deed, Preset, Trial};

pub(super) const USUAL: Preset = Preset {
    label: "A thousand sessions",
    says: "A thousand sessions send two frames a second each, and ten times the workers that it takes are there.",
    tries: &[Trial::at(2_000, "Use 200 workers", &[Deed::Value("workers", "200")])],
    ..Preset::BASE
};

pub(super) const PRESETS: &[Preset] = &[];
