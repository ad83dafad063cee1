//! Degradation: under load whoever comes is served less, those who matter least are not served, and beyond a limit nobody is let in.
//!
//! It counts who is under way. From a share of the limit on its mode is *degraded*, and each request is told as it comes whether it is to be served in full or
//! less; what was begun in full is ended in full. What less is, is the caller's business: fewer rows, no pictures, yesterday's price. At one threshold the mode
//! would change with each request that comes and goes, as the threshold is where the load then comes to rest: with a second one below it (`recover`) it holds
//! until the load has really gone down. Both the same is one threshold, as most code has it.
//!
//! Shedding low ones first is three rules. While it is degraded, who is low is turned away at the door. At the limit somebody who matters more takes the place of
//! one who matters less and is served less, the last to have come: whoever has been waiting longest has cost most already. Only then is turned away whoever comes.
//! What is displaced is dropped where it waits, so its call is really cancelled.
//!
//! Places are given back by a guard alone, so who is counted is there. Whoever is dropped, wherever it waits, gives its place back at that instant.

use super::shown::Shown;
use millrace_engine::{Env, TaskRef};
use millrace_spec::{MeterGauges, Priority};
use millrace_trace::{Gauge, StationId, StationKind};
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

const GAUGES: MeterGauges = MeterGauges::ALL;

/// When what is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DegradationSettings {
    /// How many may be under way at once.
    pub max: u32,
    /// From which share of them on whoever comes is served less, in percent. From 100 on nobody ever is: the limit comes first.
    pub degrade: u32,
    /// Below which share of them whoever comes is served in full again, in percent: at most as many as above.
    pub recover: u32,
    /// Whether those who matter less are shed first. Else nobody is but at the limit, whoever it is.
    pub low_first: bool,
}

impl DegradationSettings {
    /// How many are under way when whoever comes is served less.
    pub fn degrades_from(&self) -> u64 {
        u64::from(self.max) * u64::from(self.degrade) / 100
    }

    /// Whether there is a load at which somebody is served less: at the limit it is too late.
    pub fn is_ever_degraded(&self) -> bool {
        self.degrades_from() < u64::from(self.max)
    }

    /// Below how many under way whoever comes is served in full again.
    pub fn recovers_below(&self) -> u64 {
        let below = u64::from(self.max) * u64::from(self.recover.min(self.degrade)) / 100;
        // Less than one is nobody: it recovers when all have gone, unless it is degraded whoever is there.
        below.max(self.degrades_from().min(1))
    }
}

/// A service that degrades. Its clones are the same one.
#[derive(Clone)]
pub struct Degradation(Rc<Shared>);

struct Shared {
    env: Env,
    station: StationId,
    settings: DegradationSettings,
    inner: RefCell<Inner>,
}

#[derive(Default)]
struct Inner {
    degraded: Option<bool>,
    under_way: u64,
    /// Those under way who are served less, in the order in which they came.
    less: Vec<Rc<Place>>,
    /// How many came so far.
    came: u64,
    displaced: u32,
    /// By class: served in full, less, and not at all.
    counts: [[u32; 3]; 3],
    shown: Shown,
}

/// The place of somebody who is served less.
struct Place {
    number: u64,
    priority: Priority,
    /// The task that waits there.
    task: Cell<Option<TaskRef>>,
    taken: Cell<bool>,
}

/// There was no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shed;

/// Somebody is let in; dropping it is to leave.
#[must_use = "a place that is dropped is given back"]
pub struct Admitted {
    shared: Rc<Shared>,
    priority: Priority,
    /// Its place, where it is served less.
    less: Option<Rc<Place>>,
}

impl fmt::Debug for Degradation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Degradation({} of {})", self.under_way(), self.0.settings.max)
    }
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_less() { "Admitted(less)" } else { "Admitted" })
    }
}

impl fmt::Display for Shed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("shed under load")
    }
}

impl Degradation {
    /// The state of its station while whoever comes is served in full.
    pub const NORMAL: &str = "normal";
    /// The state of its station while whoever comes is served less.
    pub const DEGRADED: &str = "degraded";

    /// With nobody under way, as a gate with a name.
    pub fn open(env: &Env, name: &str, settings: DegradationSettings) -> Degradation {
        let station = env.open_plain(StationKind::Gate, name);
        env.gauge(station, GAUGES.limit, settings.max.into());
        env.gauge(station, GAUGES.threshold, i64::try_from(settings.degrades_from()).unwrap_or(i64::MAX));
        let shared = Shared { env: env.clone(), station, settings, inner: RefCell::default() };
        shared.settle();
        Degradation(Rc::new(shared))
    }

    /// Its station.
    pub fn station(&self) -> StationId {
        self.0.station
    }

    /// How many are under way.
    pub fn under_way(&self) -> u64 {
        self.0.inner.borrow().under_way
    }

    /// Whether whoever comes now is served less.
    pub fn is_degraded(&self) -> bool {
        self.0.inner.borrow().degraded == Some(true)
    }

    /// Asks to be served.
    ///
    /// # Errors
    /// [`Shed`], where there is no place for one of this class.
    pub fn admit(&self, priority: Priority) -> Result<Admitted, Shed> {
        let place = self.0.inner.borrow_mut().admit(&self.0, priority);
        let admitted = place.map(|less| Admitted { shared: self.0.clone(), priority, less });
        self.0.settle();
        admitted
    }
}

impl Admitted {
    /// Whether it is to be served less.
    pub fn is_less(&self) -> bool {
        self.less.is_some()
    }

    /// Goes on with the work until it is done; nothing comes of it where somebody who matters more takes the place before that. The work is
    /// dropped then.
    pub async fn unless_displaced<F: Future>(&self, work: F) -> Option<F::Output> {
        let mut work = pin!(work);
        poll_fn(|cx| {
            if let Some(place) = &self.less {
                if place.taken.get() {
                    return Poll::Ready(None);
                }
                place.task.set(Some(self.shared.env.current()));
            }
            work.as_mut().poll(cx).map(Some)
        })
        .await
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.shared.inner.borrow_mut().leave(self.priority, self.less.as_deref());
        self.shared.settle();
    }
}

impl Inner {
    /// The place of who comes, where that is served less; nothing for one that is served in full.
    fn admit(&mut self, shared: &Shared, priority: Priority) -> Result<Option<Rc<Place>>, Shed> {
        let DegradationSettings { max, low_first, .. } = shared.settings;
        let degraded = self.degraded == Some(true);
        let too_low = low_first && degraded && priority == Priority::Low;
        let full = self.under_way >= u64::from(max);
        if too_low || full && !(low_first && self.displace(shared, priority)) {
            self.count(priority, SHED);
            return Err(Shed);
        }
        self.under_way += 1;
        self.came += 1;
        if !degraded {
            return Ok(None);
        }
        let (number, task, taken) = (self.came, Cell::new(None), Cell::new(false));
        let place = Rc::new(Place { number, priority, task, taken });
        self.less.push(place.clone());
        Ok(Some(place))
    }

    /// Takes the place of one who matters less and is served less, if there is one: of the least class, the last to have come.
    fn displace(&mut self, shared: &Shared, priority: Priority) -> bool {
        let below = self.less.iter().enumerate().filter(|(_, place)| place.priority < priority);
        let Some((at, _)) = below.min_by_key(|(_, place)| (place.priority, u64::MAX - place.number)) else {
            return false;
        };
        let place = self.less.remove(at);
        place.taken.set(true);
        self.under_way -= 1;
        self.displaced = self.displaced.saturating_add(1);
        self.count(place.priority, SHED);
        if let Some(task) = place.task.get() {
            shared.env.wake(task);
        }
        true
    }

    /// Somebody leaves, unless its place has been taken.
    fn leave(&mut self, priority: Priority, less: Option<&Place>) {
        if let Some(place) = less {
            let Ok(at) = self.less.binary_search_by_key(&place.number, |other| other.number) else { return };
            self.less.remove(at);
        }
        self.under_way -= 1;
        self.count(priority, if less.is_some() { LESS } else { FULL });
    }

    fn count(&mut self, priority: Priority, fate: usize) {
        if let Some(count) = self.counts.get_mut(priority.place()).and_then(|class| class.get_mut(fate)) {
            *count = count.saturating_add(1);
        }
    }
}

/// What became of somebody: the place of its count.
const FULL: usize = 0;
const LESS: usize = 1;
const SHED: usize = 2;

impl Shared {
    /// Finds the mode that goes with who is under way, and writes down what has changed.
    fn settle(&self) {
        let inner = &mut *self.inner.borrow_mut();
        let degraded = if inner.degraded == Some(true) {
            inner.under_way >= self.settings.recovers_below()
        } else {
            self.settings.is_ever_degraded() && inner.under_way >= self.settings.degrades_from()
        };
        if inner.degraded.replace(degraded) != Some(degraded) {
            self.env.state(self.station, if degraded { Degradation::DEGRADED } else { Degradation::NORMAL });
        }
        let sum = |fate: usize| inner.counts.iter().filter_map(|class| class.get(fate)).map(|n| i64::from(*n)).sum();
        let all = [
            (GAUGES.under_way, inner.under_way as i64),
            (GAUGES.refused, sum(SHED)),
            (GAUGES.less, inner.less.len() as i64),
            (GAUGES.served_less, sum(LESS)),
            (GAUGES.displaced, inner.displaced.into()),
        ];
        let of_class = |(place, counts): (usize, &[u32; 3])| -> [(Gauge, i64); 3] {
            let [full, less, shed] = MeterGauges::of_class(place);
            let [served, served_less, turned_away] = counts.map(i64::from);
            [(full, served), (less, served_less), (shed, turned_away)]
        };
        let classes = inner.counts.iter().enumerate().flat_map(of_class);
        inner.shown.show(&self.env, self.station, all.into_iter().chain(classes));
    }
}
