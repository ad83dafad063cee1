//! All patterns that owe the same: those of the registry, the guide's template, and one that calls several servers.

use millrace::patterns::ALL;
use millrace::spec::Pattern;

/// All of them, those of the registry first.
pub fn everyone() -> impl Iterator<Item = &'static Pattern> {
    ALL.iter().copied().chain([&crate::template::PATTERN, &crate::levels::PATTERN])
}
