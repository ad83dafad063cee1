//! Names of servers, and how a fault says which of them it is about.

/// The name of a server: small letters, digits and hyphens. It is the name of its station, the key of its dice, and what a fault of
/// it is written with in links: `outage.l2`.
///
/// A wrong one does not compile: [`server_name!`](crate::server_name) makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerName(&'static str);

impl ServerName {
    /// The server that calls go to which name none, and the only one that a real endpoint can replace.
    pub const DEFAULT: ServerName = ServerName("server");

    /// The server with a name, for constants.
    ///
    /// # Panics
    /// Where the name is none. `server_name!` calls this while it compiles, and nobody else should.
    #[doc(hidden)]
    pub const fn checked(name: &'static str) -> ServerName {
        assert!(is_name(name), "the name of a server is made of small letters, digits and hyphens");
        ServerName(name)
    }

    /// The name as text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The name of one of its faults, in links, in the trace and in test handles: `outage` of the default server, as it always
    /// was, and `outage.l2` of another.
    pub fn fault(self, id: &str) -> String {
        if self == ServerName::DEFAULT { id.to_owned() } else { format!("{id}.{}", self.0) }
    }
}

/// The name of a server, checked while it compiles: `const L2: ServerName = server_name!("l2");`
#[macro_export]
macro_rules! server_name {
    ($name:literal) => {
        const { $crate::ServerName::checked($name) }
    };
}

const fn is_name(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut rest = bytes;
    while let [first, others @ ..] = rest {
        if !matches!(first, b'a'..=b'z' | b'0'..=b'9' | b'-') {
            return false;
        }
        rest = others;
    }
    !bytes.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_of_small_letters_digits_and_hyphens() {
        assert!(["l2", "origin", "db-1", "7"].into_iter().all(is_name));
        assert!(!["", "L2", "a.b", "a~b", "a b", "ä"].into_iter().any(is_name));
    }

    #[test]
    fn the_faults_of_the_default_server_have_the_names_they_always_had() {
        assert_eq!(ServerName::DEFAULT.fault("outage"), "outage");
        assert_eq!(server_name!("l2").fault("outage"), "outage.l2");
    }
}
