//! The limiter before the backend: so many requests a second of each client, so many in an hour, and fewer where somebody signs in.
//!
//! Each client has a bucket and a quota: a user by its name, who may do twice as much, and anybody else by its address. For that it has to be known who asks,
//! so as documented the limiter stands behind authentication, and finds for a client the bucket that it had before. As shipped it stands before it, where
//! everybody is anonymous; and there a variable within a block hides the one outside of it, so that whoever comes is given a bucket of its own, which is full.
//! So nothing is ever limited, and no counter says so.
//!
//! It only decides: what becomes of who is refused is the affair of whoever asks. How many passed and were refused is counted at the station of each limit.

use super::checks::is_beat;
use millrace_engine::Env;
use millrace_parts::{Allowance, Decision, KeyedLimiter, LimiterSettings};
use millrace_spec::{
    Check, Choice, CountingLimit, DefaultValue, Field, LimiterGauges, LimiterRule, Place, Value, params,
};
use millrace_trace::{Ledger, Span, Trace};

/// The status of who is refused.
pub(super) const STATUS: u16 = 429;
/// Where those go who sign in.
const AUTH: &str = "/api/v1/auth/";
const G: LimiterGauges = LimiterGauges::ALL;
const SECOND: Span = Span::secs(1);
const HOUR: Span = Span::secs(3_600);

/// The stations of the limits.
pub(super) const ADDRESSES: &str = "client limit";
const USERS: &str = "user limit";
const ADDRESS_QUOTAS: &str = "client quota";
const USER_QUOTAS: &str = "user quota";
const SIGN_IN: &str = "sign-in limit";
const ALL: [&str; 5] = [ADDRESSES, USERS, ADDRESS_QUOTAS, USER_QUOTAS, SIGN_IN];

const BUCKETS: &[Choice] = &[
    Choice { id: "kept", label: "Its own", help: "Whoever comes again finds the bucket that it left." },
    Choice {
        id: "fresh",
        label: "A fresh one",
        help: "A variable hides the one outside: each request of somebody unknown finds a bucket that is full.",
    },
];

const STANDS: &[Choice] = &[
    Choice { id: "behind", label: "Behind sign-in", help: "It knows who asks, and a user may do twice as much." },
    Choice { id: "before", label: "Before sign-in", help: "Nobody has a name yet: everybody counts as unknown." },
];

fn is(word: &str) -> DefaultValue {
    DefaultValue::Is(Value::Word(word.to_owned()))
}

params! {
    /// The parameters of the limiter.
    pub struct Throttling {
        /// How many requests a second each client may make. A user may make twice as many, and more in proportion in an hour and after a rest.
        client_rate: u32 => Field::count("client-rate", "Client rate", 10, 1..=100_000).unit("/s"),
        /// How many it may make at once after a rest.
        client_burst: u32 => Field::count("client-burst", "Client burst", 20, 1..=100_000),
        /// How many it may make in an hour.
        hour_quota: u32 => Field::count("hour-quota", "Hourly quota", 600, 1..=100_000_000),
        /// How many a second may sign in from each address.
        auth_rate: u32 => Field::count("auth-rate", "Sign-in rate", 3, 1..=100_000).unit("/s"),
        /// How many may sign in at once from an address after a rest.
        auth_burst: u32 => Field::count("auth-burst", "Sign-in burst", 5, 1..=100_000),
        /// From how many addresses requests come, each by lot; there are as many users.
        addresses: u32 => Field::count("addresses", "Addresses", 10_000, 1..=1_000_000),
        /// Which bucket somebody finds who has no name.
        limiter_buckets: String => Field::choice("limiter-buckets", "Finds", "kept", BUCKETS).shipped(is("fresh")),
        /// Whether the limiter knows who asks.
        limiter_stands: String => Field::choice("limiter-stands", "Limiter", "behind", STANDS).shipped(is("before")),
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asker {
    /// Its user, if it has one.
    pub user: Option<u32>,
    /// Where it comes from.
    pub address: u32,
    /// Whether it is about to sign in.
    pub signs_in: bool,
}

impl Asker {
    /// Whose a request is: its address, and its user where it is of one, by lot of the number of the request.
    pub fn of(env: &Env, p: &Throttling, request: u32, is_user: bool, path: &str) -> Asker {
        let lot = |stream| env.draw(stream, u64::from(request), 0).below(p.addresses.into()) as u32;
        let user = is_user.then(|| lot("user"));
        Asker { user, address: lot("address"), signs_in: path.starts_with(AUTH) }
    }
}

/// Somebody is over a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    /// Which one.
    pub over: Over,
    /// After how long it would not be.
    pub retry_after: Option<Span>,
}

/// Which limit somebody is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    Rate,
    Quota,
    SignIn,
}

/// The limiter. Open it with [`Throttle::open`], ask it with [`Throttle::ask`] for each request before anything else, and answer who is refused with
/// [`STATUS`].
pub(super) struct Throttle {
    /// By address, by user: the bucket, and the quota.
    unknown: [KeyedLimiter; 2],
    users: [KeyedLimiter; 2],
    sign_in: KeyedLimiter,
    keeps: bool,
    knows_users: bool,
}

impl Throttle {
    pub fn open(env: &Env, p: &Throttling) -> Throttle {
        let keeps = p.keeps();
        // A bucket is gone once nobody can tell it from a new one: a quota after an hour. One that is replaced at once need not be.
        let keyed = |name: &str, rule, limit, per, burst| {
            let allowance = Allowance { limit, per, burst, log_refused: false };
            let settings = LimiterSettings { rule, allowance, waits: false, max_wait: None };
            KeyedLimiter::counting(env, name, settings, keeps.then_some(per))
        };
        let both = |[bucket, quota]: [&str; 2], times: u32| {
            let [rate, burst, hour] = [p.client_rate, p.client_burst, p.hour_quota].map(|n| n.saturating_mul(times));
            [
                keyed(bucket, LimiterRule::TokenBucket, rate, SECOND, burst),
                keyed(quota, LimiterRule::FixedWindow, hour, HOUR, hour),
            ]
        };
        Throttle {
            unknown: both([ADDRESSES, ADDRESS_QUOTAS], 1),
            users: both([USERS, USER_QUOTAS], 2),
            sign_in: keyed(SIGN_IN, LimiterRule::TokenBucket, p.auth_rate, SECOND, p.auth_burst),
            keeps,
            knows_users: p.knows_users(),
        }
    }

    /// Its place, for a scene.
    pub fn place(p: &Throttling) -> Place {
        let limit = |station, each, limit: u32, per| CountingLimit { station, each, limit, per };
        let twice = |n: u32| n.saturating_mul(2);
        let limits = vec![
            limit(ADDRESSES, "client", p.client_rate, SECOND),
            limit(USERS, "user", twice(p.client_rate), SECOND),
            limit(ADDRESS_QUOTAS, "client", p.hour_quota, HOUR),
            limit(USER_QUOTAS, "user", twice(p.hour_quota), HOUR),
            limit(SIGN_IN, "address", p.auth_rate, SECOND),
        ];
        Place::limits("Limiter", limits)
    }

    /// Asks for a request.
    pub fn ask(&self, asker: Asker) -> Result<(), Refused> {
        let user = asker.user.filter(|_| self.knows_users);
        let (key, [bucket, quota], finds) = match user {
            Some(user) => (user, &self.users, true),
            None => (asker.address, &self.unknown, self.keeps),
        };
        let asks = |limiter: &KeyedLimiter, key, finds, over| match ask(limiter, key, finds) {
            Decision::Refused(by) => Err(Refused { over, retry_after: by.retry_after }),
            // Nobody waits here.
            Decision::Admitted(_) | Decision::Wait(_) => Ok(()),
        };
        asks(bucket, key, finds, Over::Rate)?;
        asks(quota, key, finds, Over::Quota)?;
        if asker.signs_in { asks(&self.sign_in, asker.address, self.keeps, Over::SignIn) } else { Ok(()) }
    }

    /// It knows nobody any more.
    pub fn forgets(&self) {
        self.all().for_each(KeyedLimiter::forgets_all);
    }

    fn all(&self) -> impl Iterator<Item = &KeyedLimiter> {
        self.unknown.iter().chain(&self.users).chain([&self.sign_in])
    }

    /// How many buckets and quotas there are.
    #[cfg(test)]
    pub fn kept(&self) -> usize {
        self.all().map(KeyedLimiter::kept).sum()
    }
}

/// Asks the bucket of a key; or, where none is found again, one that is made for it and takes its place.
fn ask(limiter: &KeyedLimiter, key: u32, finds: bool) -> Decision {
    if finds {
        return limiter.ask(key, "", 1);
    }
    let fresh = limiter.make(key, "");
    limiter.put(key, fresh.clone());
    fresh.ask(1)
}

impl Throttling {
    fn keeps(&self) -> bool {
        self.limiter_buckets != "fresh"
    }

    fn knows_users(&self) -> bool {
        self.limiter_stands != "before"
    }
}

/// The sum of a gauge over all limits.
fn sum(ledger: &Ledger, trace: &Trace, gauge: millrace_trace::Gauge) -> i64 {
    ALL.iter().filter_map(|name| ledger.find(name, trace)).map(|(_, row)| row.gauge(gauge)).sum()
}

pub(super) const CHECKS: [Check; 2] = [
    Check::sometimes("a client was told to come back later", |l, t| is_beat(l) && sum(l, t, G.refused) > 0),
    Check::sometimes("the limiter gave a client a fresh bucket in the place of its own", |l, t| {
        is_beat(l) && sum(l, t, G.lost) > 0
    }),
];

#[cfg(test)]
mod tests {
    use super::super::tests::{SEEDS, run};
    use super::*;
    use millrace_spec::{Fidelity, FieldGroup, Values};
    use std::collections::BTreeMap;

    fn read(fidelity: Fidelity, given: &[(&str, Value)]) -> Throttling {
        let given = |key| given.iter().find(|(own, _)| *own == key).map(|(_, value)| value.clone());
        Throttling::read(&Values::resolve(&Throttling::fields(), fidelity, |field| given(field.key)))
    }

    fn word(word: &str) -> Value {
        Value::Word(word.to_owned())
    }

    const ANYBODY: Asker = Asker { user: None, address: 7, signs_in: false };
    const USER: Asker = Asker { user: Some(7), ..ANYBODY };

    /// How many of so many pass that come in pairs of equal distances.
    async fn pass(env: &Env, throttle: &Throttle, asker: Asker, many: u32, every: Span) -> u32 {
        let mut passed = 0;
        for _ in 0..many {
            passed += u32::from(throttle.ask(asker).is_ok());
            env.sleep(every).await;
        }
        passed
    }

    #[test]
    fn a_client_may_make_ten_a_second_after_a_burst_of_twenty_and_a_user_twice_as_many() {
        run(1, |env| async move {
            let throttle = Throttle::open(&env, &read(Fidelity::Documented, &[]));
            assert_eq!(pass(&env, &throttle, ANYBODY, 100, Span::ZERO).await, 20);
            assert_eq!(pass(&env, &throttle, USER, 100, Span::ZERO).await, 40);
            // Another is none of their business.
            assert_eq!(pass(&env, &throttle, Asker { address: 8, ..ANYBODY }, 100, Span::ZERO).await, 20);
            env.sleep(SECOND).await;
            assert_eq!(pass(&env, &throttle, ANYBODY, 100, Span::ZERO).await, 10);
            assert_eq!(pass(&env, &throttle, USER, 100, Span::ZERO).await, 20);
            let by = throttle.ask(ANYBODY).expect_err("the bucket is empty");
            assert_eq!((by.over, by.retry_after), (Over::Rate, Some(Span::millis(100))));
        });
    }

    #[test]
    fn in_an_hour_a_client_may_make_six_hundred_and_a_user_twelve_hundred_however_slowly() {
        run(1, |env| async move {
            let throttle = Throttle::open(&env, &read(Fidelity::Documented, &[]));
            assert_eq!(pass(&env, &throttle, ANYBODY, 1_000, Span::millis(500)).await, 600);
            assert_eq!(throttle.ask(ANYBODY).map_err(|by| by.over), Err(Over::Quota));
            assert_eq!(pass(&env, &throttle, USER, 1_500, Span::millis(500)).await, 1_200);
            env.sleep_until(millrace_trace::SimTime(HOUR.0), millrace_trace::Wait::Sleep).await;
            assert_eq!(throttle.ask(ANYBODY), Ok(()));
        });
    }

    #[test]
    fn three_a_second_may_sign_in_after_a_burst_of_five_and_are_held_to_the_limits_of_all_as_well() {
        run(1, |env| async move {
            let throttle = Throttle::open(&env, &read(Fidelity::Documented, &[]));
            let p = read(Fidelity::Documented, &[]);
            let asker = Asker { address: 7, ..Asker::of(&env, &p, 0, false, "/api/v1/auth/login") };
            assert_eq!(pass(&env, &throttle, asker, 12, Span::ZERO).await, 5);
            assert_eq!(throttle.ask(asker).map_err(|by| by.over), Err(Over::SignIn));
            assert!(!Asker::of(&env, &p, 0, false, "/api/v1/words").signs_in);
            // Who was refused has taken of what everybody has of that address.
            assert_eq!(pass(&env, &throttle, ANYBODY, 20, Span::ZERO).await, 7);
        });
    }

    #[test]
    fn as_shipped_nobody_is_ever_refused_and_each_of_its_two_mistakes_alone_does_that_to_some() {
        run(1, |env| async move {
            let all = |given: Vec<(&'static str, &'static str)>| {
                let given: Vec<_> = given.into_iter().map(|(key, value)| (key, word(value))).collect();
                Throttle::open(&env, &read(Fidelity::Documented, &given))
            };
            let shipped = Throttle::open(&env, &read(Fidelity::Shipped, &[]));
            let signs_in = Asker { signs_in: true, ..USER };
            for asker in [ANYBODY, USER, signs_in] {
                assert_eq!(pass(&env, &shipped, asker, 2_000, Span::ZERO).await, 2_000);
            }
            // One bucket and one quota for the address, and one for who signs in.
            assert_eq!(shipped.kept(), 3);
            let fresh = all(vec![("limiter-buckets", "fresh")]);
            assert_eq!(pass(&env, &fresh, ANYBODY, 100, Span::ZERO).await, 100);
            assert_eq!(pass(&env, &fresh, USER, 100, Span::ZERO).await, 40);
            let before = all(vec![("limiter-stands", "before")]);
            assert_eq!(pass(&env, &before, USER, 100, Span::ZERO).await, 20);
            assert_eq!(pass(&env, &before, ANYBODY, 100, Span::ZERO).await, 0);
        });
    }

    #[test]
    fn however_they_come_what_passes_of_a_client_is_what_a_bucket_counted_by_hand_lets_through() {
        for seed in 0..SEEDS {
            run(seed, |env| async move {
                let p = read(Fidelity::Documented, &[("addresses", Value::Count(3)), ("hour-quota", Value::Count(60))]);
                let throttle = Throttle::open(&env, &p);
                // By key: tokens in thousandths and since when, and how many of the hour are gone.
                let mut books: BTreeMap<(bool, u32), (u64, u64, u32)> = BTreeMap::new();
                for n in 0..400 {
                    env.sleep(Span::millis(env.draw("gap", n, 0).below(90))).await;
                    let asker = Asker::of(&env, &p, n as u32, n % 3 == 0, "/api/v1/words");
                    let (key, times) = asker.user.map_or(((false, asker.address), 1), |user| ((true, user), 2));
                    let now = env.now().0 / 1_000_000;
                    let (level, at, used) = books.get(&key).copied().unwrap_or((20_000 * times, now, 0));
                    // A token is a thousand parts, of which ten or twenty come each millisecond.
                    let level = (level + (now - at) * 10 * times).min(20_000 * times);
                    let expected = match (level >= 1_000, u64::from(used) < 60 * times) {
                        (false, _) => Err(Over::Rate),
                        (true, false) => Err(Over::Quota),
                        (true, true) => Ok(()),
                    };
                    assert_eq!(throttle.ask(asker).map_err(|by| by.over), expected, "{seed} {n}");
                    let taken = if expected == Err(Over::Rate) { 0 } else { 1_000 };
                    books.insert(key, (level - taken, now, used + u32::from(expected.is_ok())));
                }
                assert!(throttle.kept() <= 2 * 2 * 3);
            });
        }
    }

    #[test]
    fn buckets_of_those_who_stay_away_are_thrown_away_and_that_gives_nobody_more() {
        run(1, |env| async move {
            let p = read(Fidelity::Documented, &[]);
            let throttle = Throttle::open(&env, &p);
            for address in 0..500 {
                assert!(throttle.ask(Asker { address, ..ANYBODY }).is_ok());
            }
            assert_eq!(throttle.kept(), 1_000);
            env.sleep(Span::secs(3 * 3_600)).await;
            assert!(throttle.ask(Asker { address: 9_999, ..ANYBODY }).is_ok());
            assert_eq!(throttle.kept(), 2);
        });
    }
}
