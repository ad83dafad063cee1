//! A bank of stations that move past landings, as it is drawn and told: where the ledger says, and nowhere else.
//!
//! The programs here speak to `Env` directly: what is held here holds for whoever emits such a trace.

use millrace::engine::{Env, Job, Run, StationSpec};
use millrace::spec::{Bank, BreakerGauges, Flow, Place, PlaceKind, SceneSpec, Score, Values};
use millrace::trace::{Cursor, Gauge, Outcome, SimTime, Span, StationId, StationKind, UNLIMITED};
use millrace::view::scene::{Detail, Look, Scene, box_about, conservation, draw, hit, items, landing_at, number_of};
use millrace::view::{Palette, Picture, Rgba, Shape, Theme, number, svg, text};
use std::cell::RefCell;
use std::rc::Rc;

use super::program;
use super::stage::{bounds, fault_of};

pub(super) const S: u64 = 1_000_000_000;
pub(super) const WIDE: (f64, f64) = (880.0, 430.0);
const PHONE: (f64, f64) = (390.0, 360.0);
pub(super) const PATIENCE: Span = Span::secs(60);

pub(super) const HEADING: Gauge = Gauge(0);
const DOORS: Gauge = Gauge(1);
const LOWEST: Gauge = Gauge(2);
const HIGHEST: Gauge = Gauge(3);
const SIGNALS: Gauge = Gauge(6);
pub(super) const PENDING: (Gauge, Gauge) = (Gauge(4), Gauge(5));
pub(super) const DUE: (Gauge, Gauge) = (Gauge(0), Gauge(1));

pub(super) fn gauges() -> BreakerGauges {
    BreakerGauges::ALL
}

fn scene_of(ends: (i32, i32)) -> SceneSpec {
    let bank = Bank {
        landings: "building".to_owned(),
        landing: "floor",
        ends,
        heading: HEADING,
        doors: DOORS,
        range: (LOWEST, HIGHEST),
        pending: PENDING,
        due: DUE,
        signals: (SIGNALS, 10),
        pace: None,
        people: None,
        patience: PATIENCE,
        call: None,
        score: Some(Score { formula: "of three", of: |cars, fit, pending| f64::from(cars * 100 + fit * 10 + pending) }),
    };
    let place = Place::new(PlaceKind::Bank(Box::new(bank)), "bank", "Cars");
    SceneSpec::new(Flow::Place(place), [])
}

/// The stations of a bank, and who is in it: jobs stay where they are as long as this is there.
pub(super) struct House {
    pub(super) env: Env,
    low: i32,
    landings: Vec<StationId>,
    bank: StationId,
    pub(super) cars: Vec<StationId>,
    pub(super) breakers: Vec<StationId>,
    jobs: RefCell<Vec<Job>>,
}

impl House {
    pub(super) fn open(env: &Env, (low, high): (i32, i32), cars: usize) -> House {
        let open = |kind, name: &str, parent, capacity| env.open(StationSpec { kind, name, parent, capacity });
        let building = open(StationKind::Crew, "building", StationId::NONE, UNLIMITED);
        let mut landings = Vec::new();
        for place in low..=high {
            let landing = open(StationKind::Landing, &format!("floor {place}"), building, UNLIMITED);
            env.place(landing, place * 1_000);
            landings.push(landing);
        }
        let bank = open(StationKind::Crew, "bank", StationId::NONE, UNLIMITED);
        let (env, jobs) = (env.clone(), RefCell::default());
        let mut house = House { env, low, landings, bank, cars: Vec::new(), breakers: Vec::new(), jobs };
        for index in 0..cars {
            let letter = char::from(b'A' + (index % 26) as u8);
            let name = if index < 26 { letter.to_string() } else { format!("{letter}{}", index / 26) };
            house.car(&name, (low, high), low);
        }
        house
    }

    fn car(&mut self, name: &str, (low, high): (i32, i32), at: i32) -> StationId {
        let env = &self.env;
        let car = env.open(StationSpec { kind: StationKind::Car, name, parent: self.bank, capacity: 12 });
        let member = |kind, what: &str| {
            env.open(StationSpec { kind, name: &format!("{name} {what}"), parent: car, capacity: 10 })
        };
        member(StationKind::Channel, "signals");
        let gate = member(StationKind::Gate, "breaker");
        env.gauge(car, LOWEST, i64::from(low));
        env.gauge(car, HIGHEST, i64::from(high));
        env.gauge(gate, gauges().limit, 5);
        env.gauge(gate, gauges().permitted, 3);
        env.state(car, "in service");
        env.state(gate, "closed");
        env.place(car, at * 1_000);
        self.cars.push(car);
        self.breakers.push(gate);
        car
    }

    pub(super) fn floor(&self, place: i32) -> StationId {
        self.landings[(place - self.low) as usize]
    }

    /// Somebody comes to a landing and waits for a car.
    pub(super) fn waits(&self, from: i32, to: i32, car: usize) {
        let job = self.env.job_at(self.floor(from));
        job.bind(self.floor(to), Some(self.cars[car]));
        self.jobs.borrow_mut().push(job);
    }

    /// Somebody is in a car.
    pub(super) fn rides(&self, car: usize, to: i32) {
        let job = self.env.job_at(self.floor(self.low));
        job.bind(self.floor(to), Some(self.cars[car]));
        job.go(self.cars[car], true);
        self.jobs.borrow_mut().push(job);
    }
}

/// A run of a bank, and its picture at an instant.
pub(super) struct Shot {
    pub(super) run: Run,
    spec: SceneSpec,
    values: Values,
    picture: Picture,
    now: SimTime,
}

impl Shot {
    /// Runs a program until then.
    pub(super) fn of<F: Future<Output = ()> + 'static>(
        ends: (i32, i32),
        at: u64,
        program: impl FnOnce(Env) -> F,
    ) -> Shot {
        let mut run = program::start(program::setup(), program);
        let now = SimTime(at);
        run.advance(now, u64::MAX);
        let (mut cursor, mut picture) = (Cursor::new(), Picture::default());
        while cursor.step(&run.trace(), now, &mut picture) {}
        assert!(picture.ledger.is_conserved(), "the test's own program loses nobody");
        Shot { run, spec: scene_of(ends), values: Values::default(), picture, now }
    }

    /// A house where something is arranged once, and which then stays as it is.
    pub(super) fn still(ends: (i32, i32), cars: usize, at: u64, arrange: impl FnOnce(&mut House) + 'static) -> Shot {
        Shot::of(ends, at, move |env| async move {
            let mut house = House::open(&env, ends, cars);
            arrange(&mut house);
            env.sleep(Span::secs(100_000)).await;
            drop(house);
        })
    }

    pub(super) fn with<T>(&self, body: impl FnOnce(&Scene<'_>) -> T) -> T {
        let trace = self.run.trace();
        let (ledger, recent) = (&self.picture.ledger, &self.picture.recent);
        body(&Scene::new(&self.spec, &self.values, ledger, recent, &trace))
    }

    pub(super) fn look(&self, size: (f64, f64)) -> Look<'static> {
        Look::new(size, Palette::of(Theme::Light), self.now)
    }

    pub(super) fn shapes(&self, look: &Look<'_>) -> Vec<Shape> {
        self.with(|scene| draw(scene, look))
    }

    pub(super) fn row(&self, what: &str) -> String {
        let rows = self.with(|scene| text::rows(scene, &self.look(WIDE)));
        rows.into_iter().find(|row| row.what == what).map_or(String::new(), |row| row.says)
    }
}

/// The boxes of cars: top, bottom and left of each.
fn boxes(shapes: &[Shape], look: &Look<'_>) -> Vec<(f64, f64, f64)> {
    let of = |shape: &Shape| match shape {
        Shape::Rect { at, size, fill: Some(fill), stroke: Some((_, 1.6)), .. } if *fill == look.palette.surface => {
            Some((at.1, at.1 + size.1, at.0))
        }
        _ => None,
    };
    shapes.iter().filter_map(of).collect()
}

/// How many figures of a colour stand in the picture; the legend's not counted.
fn figures(shapes: &[Shape], colour: Rgba, look: &Look<'_>) -> usize {
    let heads = |shape: &Shape| match shape {
        Shape::Dots { at, fill, .. } if *fill == colour => {
            at.iter().filter(|(_, y)| f64::from(*y) < look.size.1 - 40.0).count()
        }
        _ => 0,
    };
    shapes.iter().map(heads).sum()
}

pub(super) fn says(shapes: &[Shape], what: &str) -> usize {
    shapes.iter().filter(|s| matches!(s, Shape::Text { text, .. } if text == what)).count()
}

/// Lit lamps: their middle, and whether they point up.
fn lamps(shapes: &[Shape], look: &Look<'_>) -> Vec<(f64, bool)> {
    let of = |shape: &Shape| match shape {
        Shape::Area { points, fill: Some(fill), .. } if *fill == look.palette.running => {
            let (base, tip) = (points[0].1, points[2].1);
            Some(((base + tip) / 2.0, tip < base))
        }
        _ => None,
    };
    shapes.iter().filter_map(of).collect()
}

#[test]
fn a_car_half_way_between_two_landings_is_drawn_half_way() {
    let ends = (1, 20);
    for (size, calm) in [(WIDE, false), ((1200.0, 700.0), false), (PHONE, false), (WIDE, true)] {
        let at = |place: i32| {
            let shot = Shot::still(ends, 1, S, move |house| house.env.place(house.cars[0], place));
            let look = Look { calm, ..shot.look(size) };
            boxes(&shot.shapes(&look), &look)[0].1
        };
        let moving = Shot::of(ends, 2 * S + S / 4, move |env| async move {
            let house = House::open(&env, ends, 1);
            env.place(house.cars[0], 7_000);
            env.sleep(Span::secs(2)).await;
            env.travel(house.cars[0], 7_000, 8_000, Span::millis(500)).await;
        });
        let look = Look { calm, ..moving.look(size) };
        let bottom = boxes(&moving.shapes(&look), &look)[0].1;
        if calm {
            assert!(bottom == at(7_000) || bottom == at(8_000), "who wants less motion sees it at a landing");
        } else {
            let middle = (at(7_000) + at(8_000)) / 2.0;
            assert!((bottom - middle).abs() < 0.01, "{bottom} is not half way, which is {middle}");
            assert!(at(8_000) < at(7_000) - 3.0, "higher is higher");
        }
    }
}

#[test]
fn who_waits_is_on_their_floor_with_the_lamp_of_their_way_lit() {
    let shot = Shot::still((-4, 5), 2, 3 * S, |house| {
        house.waits(3, 5, 0);
        house.waits(-2, -4, 1);
        house.waits(-2, 0, 1);
    });
    for size in [WIDE, (1200.0, 700.0), PHONE] {
        let look = shot.look(size);
        let shapes = shot.shapes(&look);
        let lit = lamps(&shapes, &look);
        assert_eq!(lit.iter().map(|l| l.1).filter(|up| *up).count(), 2, "{lit:?}");
        let label = |what: &str| {
            let found = shapes.iter().find_map(|s| match s {
                Shape::Text { text, at, .. } if text == what => Some(at.1 - 4.0),
                _ => None,
            });
            found.unwrap_or_else(|| panic!("no {what} at {size:?}"))
        };
        for (floor, up) in [("3", true), ("−2", true), ("−2", false)] {
            assert!(lit.iter().any(|l| (l.0 - label(floor)).abs() < 0.6 && l.1 == up), "{floor} {up} in {lit:?}");
        }
    }
    assert_eq!(shot.row("floor 3"), "1 waiting to go up, longest 3 s, car A");
    assert!(shot.row("floor -2").contains("1 waiting to go down, longest 3 s, car B"));
}

#[test]
fn there_is_a_figure_for_everybody_until_they_are_too_many() {
    for n in [1_usize, 3, 8, 11, 12, 40] {
        let shot = Shot::still((1, 10), 1, 2 * S, move |house| (0..n).for_each(|_| house.waits(4, 9, 0)));
        let look = shot.look((1200.0, 700.0));
        let shapes = shot.shapes(&look);
        let standing = figures(&shapes, look.palette.queued, &look);
        if n < 12 {
            assert_eq!(standing, n);
        } else {
            assert_eq!((standing, says(&shapes, &n.to_string())), (1, 1), "{n} are one figure and a count");
        }
    }
}

#[test]
fn riders_are_as_many_as_the_ledger_says_each_with_their_floor_while_there_is_room() {
    for n in 0..=12_usize {
        let shot = Shot::still((1, 20), 2, S, move |house| (0..n).for_each(|i| house.rides(0, 2 + i as i32)));
        let look = shot.look((1200.0, 700.0));
        let shapes = shot.shapes(&look);
        let drawn = figures(&shapes, look.palette.queued, &look);
        assert!(drawn == n || (drawn == 1 && says(&shapes, &format!("×{n}")) > 0), "{drawn} figures for {n} riders");
        assert_eq!(says(&shapes, &format!("{n}/12")), if n == 0 { 2 } else { 1 }, "the load of a car in its heading");
        assert!(shot.row("A").contains(&format!("{n} riding of 12")), "{}", shot.row("A"));
    }
    let shot = Shot::still((1, 20), 1, S, |house| house.rides(0, 17));
    let beside = |detail: Detail| {
        let look = Look { detail, ..shot.look((1200.0, 700.0)) };
        // The floor's own number is there in any case.
        says(&shot.shapes(&look), "17") - 1
    };
    assert_eq!(beside(Detail::Numbers), 1);
    assert_eq!(beside(Detail::Items), 0, "at high speed nobody can read it");
}

#[test]
fn a_car_that_is_closed_is_gone() {
    let shot = Shot::still((1, 10), 3, 5 * S, |house| house.env.close(house.cars[1]));
    for size in [WIDE, PHONE] {
        let look = shot.look(size);
        let shapes = shot.shapes(&look);
        assert_eq!(boxes(&shapes, &look).len(), 2);
        assert_eq!((says(&shapes, "A"), says(&shapes, "B"), says(&shapes, "C")), (1, 0, 1));
        assert!(shot.with(|scene| items(scene, &look)).iter().all(|lane| lane.title != "Car B"));
    }
    assert_eq!(shot.row("B"), "");
    let past = |name: &str| {
        let found = shot.picture.ledger.find(name, &shot.run.trace()).map(|(id, _)| id);
        found.and_then(|id| shot.picture.recent.path(id)).is_some()
    };
    assert_eq!((past("A"), past("B")), (true, false), "nothing is kept of one that is gone");
}

#[test]
fn a_breaker_is_told_in_words_of_its_state() {
    let shot = Shot::still((1, 10), 5, 3 * S, |house| {
        let (env, g) = (house.env.clone(), gauges());
        env.gauge(house.breakers[0], g.failures, 2);
        env.state(house.breakers[1], "open");
        env.gauge(house.breakers[1], g.until, 7_200_000_000);
        env.state(house.breakers[2], "half-open");
        env.gauge(house.breakers[2], g.probes, 3);
        env.gauge(house.breakers[2], g.passed, 2);
        env.state(house.breakers[3], "forced open");
        env.state(house.breakers[4], "disabled");
        env.state(house.cars[1], "stranded");
    });
    let look = shot.look((1200.0, 700.0));
    let shapes = shot.shapes(&look);
    for words in ["2 of 5 failures", "retry in 4.2 s", "2 of 3 passed", "forced open", "disabled", "stranded"] {
        assert!(says(&shapes, words) > 0, "{words:?} is missing");
    }
    assert!(shot.row("B").contains("stranded") && shot.row("B").contains("breaker open, retry in 4.2 s"));
    let washes = shapes.iter().any(|s| {
        matches!(s, Shape::Boxes { rects, fill: Some(fill), .. } if *fill == look.palette.server_wash && rects.len() == 2)
    });
    assert!(washes, "the shafts of the open ones are washed");
}

#[test]
fn a_car_that_is_being_taken_away_still_shows_its_way_and_one_that_is_stranded_something_else_in_its_place() {
    let picture = |heading: i64, state: &'static str| {
        let shot = Shot::still((1, 10), 1, S, move |house| {
            house.env.gauge(house.cars[0], HEADING, heading);
            house.rides(0, 8);
            house.env.state(house.cars[0], state);
        });
        shot.shapes(&shot.look((1200.0, 700.0)))
    };
    let is_mark = |shape: &&Shape| !matches!(shape, Shape::Text { .. });
    let (going, idle) = (picture(1, "in service"), picture(0, "in service"));
    let way: Vec<&Shape> = going.iter().filter(is_mark).filter(|shape| !idle.contains(shape)).collect();
    assert!(!way.is_empty(), "a car that goes somewhere shows where");
    let (leaving, stranded) = (picture(1, "deleting"), picture(1, "stranded"));
    let sign = way.iter().max_by_key(|shape| usize::from(matches!(shape, Shape::Area { .. }))).expect("its sign");
    assert!(leaving.contains(sign) && !stranded.contains(sign));
    let (left, top, right, bottom) = bounds(sign);
    let stands_there = |shape: &&Shape| {
        let (l, t, r, b) = bounds(shape);
        l >= left - 1.5 && r <= right + 1.5 && t >= top - 1.5 && b <= bottom + 1.5
    };
    let other = stranded.iter().filter(is_mark).filter(|shape| !going.contains(shape)).filter(stands_there).count();
    assert!(other > 0, "something else stands where its way stood");
    assert_eq!([says(&leaving, "deleting"), says(&stranded, "stranded")], [2, 2], "in its heading and at its box");
}

/// From where, to where, by which car.
type Waiting = Rc<RefCell<Vec<(i32, i32, usize, Job)>>>;

/// Cars that go where somebody calls them, as simply as can be: enough for every state a picture can show.
async fn day(env: Env, ends: (i32, i32), cars: usize, arrivals: Span) {
    let house = Rc::new(House::open(&env, ends, cars));
    let waiting = Waiting::default();
    for car in 0..cars {
        let (env, house, waiting) = (env.clone(), house.clone(), waiting.clone());
        env.clone().spawn("car", async move { drive(env, house, waiting, car, ends).await }).detach();
    }
    for n in 0_u64.. {
        let mut draw = env.draw("people", n, 0);
        let floors = (ends.1 - ends.0 + 1) as u64;
        let from = if draw.chance(0.3) { 0 } else { draw.below(floors) };
        let to = (from + 1 + draw.below(floors - 1)) % floors;
        let (from, to, car) = (ends.0 + from as i32, ends.0 + to as i32, (n * 7 % cars as u64) as usize);
        let job = env.job_at(house.floor(from));
        job.bind(house.floor(to), Some(house.cars[car]));
        let due = if to > from { DUE.0 } else { DUE.1 };
        env.gauge(house.floor(from), due, (env.now().0 + 20 * S) as i64);
        waiting.borrow_mut().push((from, to, car, job));
        env.sleep(draw.span(Span::ZERO, arrivals)).await;
    }
}

async fn drive(env: Env, house: Rc<House>, waiting: Waiting, car: usize, ends: (i32, i32)) {
    let (id, gate, g) = (house.cars[car], house.breakers[car], gauges());
    let (mut place, mut riders) = (ends.0, Vec::<(i32, Job)>::new());
    for trip in 0_u64.. {
        let mut stops: Vec<i32> = riders.iter().map(|r| r.0).collect();
        stops.extend(waiting.borrow().iter().filter(|w| w.2 == car).map(|w| w.0));
        let Some(goal) = stops.into_iter().min_by_key(|stop| (stop - place).abs()) else {
            env.gauge(id, HEADING, 0);
            env.sleep(Span::secs(1)).await;
            continue;
        };
        env.gauge(id, HEADING, i64::from((goal - place).signum()));
        env.gauge(id, SIGNALS, (trip % 11) as i64);
        while place != goal {
            let next = place + (goal - place).signum();
            env.travel(id, place * 1_000, next * 1_000, Span::millis(700)).await;
            place = next;
        }
        env.gauge(id, DOORS, 1);
        env.sleep(Span::secs(2)).await;
        for rider in riders.extract_if(.., |r| r.0 == place).collect::<Vec<_>>() {
            rider.1.go(house.floor(place), true);
            rider.1.leave(Outcome::Completed);
        }
        let room = 12 - riders.len();
        let mut boards: Vec<_> = waiting.borrow_mut().extract_if(.., |w| w.2 == car && w.0 == place).collect();
        let rest = boards.split_off(room.min(boards.len()));
        waiting.borrow_mut().extend(rest);
        for (_, to, _, job) in boards {
            job.go(id, true);
            riders.push((to, job));
        }
        env.sleep(Span::secs(1)).await;
        env.gauge(id, DOORS, 0);
        // Some of them have trouble.
        let mut draw = env.draw("trouble", car as u64, trip as u32);
        if car % 3 == 2 && draw.chance(0.3) {
            env.state(gate, "open");
            env.gauge(gate, g.until, (env.now().0 + 10 * S) as i64);
            env.sleep(Span::secs(10)).await;
            env.state(gate, "half-open");
            env.gauge(gate, g.passed, 1);
        } else if draw.chance(0.5) {
            env.state(gate, "closed");
            env.gauge(gate, g.failures, draw.below(5) as i64);
        }
    }
}

fn busy(ends: (i32, i32), cars: usize, at: u64) -> Shot {
    let arrivals = Span(8 * S / cars as u64);
    Shot::of(ends, at * S, move |env| day(env, ends, cars, arrivals))
}

#[test]
fn nothing_leaves_the_stage_and_everything_can_be_read() {
    let details = [Detail::Numbers, Detail::Items, Detail::Flow];
    let sizes = [WIDE, (1200.0, 700.0), (390.0, 300.0), (620.0, 320.0), (832.0, 640.0)];
    for cars in [1, 4, 12, 60, 100] {
        for ends in [(-4, 5), (1, 40), (-100, 200)] {
            let shot = busy(ends, cars, 97);
            for (index, size) in sizes.into_iter().enumerate() {
                let many = shot.with(|scene| items(scene, &shot.look(size)).len());
                let (calm, stuck) = (index % 2 == 0, index % 3 == 0);
                let look = Look { detail: details[index % 3], item: Some(many / 2), calm, stuck, ..shot.look(size) };
                let shapes = shot.shapes(&look);
                assert_eq!(fault_of(&shapes, size), None, "{cars} cars, floors {ends:?}, {size:?}");
                assert!(shapes.len() < 4_000, "{} shapes for {cars} cars, floors {ends:?}, {size:?}", shapes.len());
            }
        }
    }
}

#[test]
fn words_do_not_lie_on_each_other() {
    for (cars, ends) in [(1, (1, 20)), (4, (1, 20)), (4, (-4, 5)), (6, (1, 40)), (12, (1, 20)), (60, (-100, 200))] {
        let shot = busy(ends, cars, 63);
        for size in [WIDE, (1200.0, 700.0), PHONE, (832.0, 640.0)] {
            let shapes = shot.shapes(&shot.look(size));
            // Cars pass in front of what is in their shafts: only the columns at both sides, headings and footer count.
            let side = |x: f64, y: f64| x < if size.0 < 600.0 { 132.0 } else { 176.0 } || y < 88.0 || y > size.1 - 30.0;
            let words: Vec<_> = shapes
                .iter()
                .filter(|s| matches!(s, Shape::Text { .. }))
                .map(|s| (s, super::stage::bounds(s)))
                .filter(|(_, b)| side(b.2, b.3))
                .collect();
            for (i, (one, a)) in words.iter().enumerate() {
                for (other, b) in &words[i + 1..] {
                    let apart = a.2 <= b.0 + 1.5 || b.2 <= a.0 + 1.5 || a.3 <= b.1 + 2.5 || b.3 <= a.1 + 2.5;
                    assert!(apart, "{cars} cars, {ends:?}, {size:?}: {one:?} lies on {other:?}");
                }
            }
        }
    }
}

#[test]
fn the_rows_of_text_add_up_to_the_ledger() {
    for (ends, cars) in [((1, 20), 4), ((-4, 5), 1), ((-100, 200), 60)] {
        let shot = busy(ends, cars, 80);
        let rows = shot.with(|scene| text::rows(scene, &shot.look(WIDE)));
        let leading = |text: &str| text.split(' ').next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
        let (mut riding, mut waiting) = (0, 0);
        for row in &rows {
            if row.what.starts_with("floor ") {
                waiting += row.says.split("; ").map(leading).sum::<u64>();
            } else if row.says.contains(" ahead") {
                riding += row.says.split(", ").filter(|part| part.contains(" riding")).map(leading).sum::<u64>();
            }
        }
        let held = |kind: StationKind| {
            shot.picture.ledger.stations.iter().filter(|s| s.kind == kind).map(|s| s.levels.present).sum::<u64>()
        };
        assert_eq!((riding, waiting), (held(StationKind::Car), held(StationKind::Landing)));
        assert!(waiting > 0 && riding > 0, "otherwise this holds nothing");
        assert!(shot.row("Cars").starts_with(&format!("{cars} car")), "{}", shot.row("Cars"));
        let (sum, holds) = shot.with(conservation);
        let [offered, waiting, riding] = [shot.picture.ledger.tally.offered, waiting, riding].map(number::count);
        assert!(
            holds && sum.starts_with(&format!("{offered} arrived = {waiting} waiting + {riding} riding + ")),
            "{sum}"
        );
        assert!(sum.ends_with(" delivered"), "{sum}");
    }
}

#[test]
fn pointing_finds_the_car_and_the_landing_that_are_there() {
    for (ends, cars) in [((1, 20), 4), ((1, 10), 12), ((-100, 200), 60)] {
        let shot = busy(ends, cars, 45);
        for size in [WIDE, (1200.0, 700.0), PHONE] {
            let look = shot.look(size);
            shot.with(|scene| {
                let lanes = items(scene, &look);
                assert_eq!(lanes.iter().filter(|lane| lane.title.starts_with("Car ")).count(), cars);
                for (index, lane) in lanes.iter().enumerate() {
                    let middle = (lane.frame.x + lane.frame.w / 2.0, lane.frame.y + lane.frame.h / 2.0);
                    assert_eq!(hit(scene, &look, middle).as_ref(), Some(lane), "lane {index}");
                    assert_eq!(lane.index, index);
                    assert!(!lane.lines.is_empty() && lane.label.0 < size.0 && lane.label.1 < size.1);
                }
            });
            if cars == 4 {
                // Where the box is drawn, there the car is.
                for ((top, bottom, left), car) in boxes(&shot.shapes(&look), &look).into_iter().zip('A'..) {
                    let found = shot.with(|scene| hit(scene, &look, (left + 4.0, (top + bottom) / 2.0)));
                    assert_eq!(found.map(|lane| lane.title), Some(format!("Car {car}")));
                }
            }
        }
    }
}

#[test]
fn a_click_on_a_lamp_means_its_landing_and_its_way() {
    let shot = Shot::still((1, 10), 2, S, |house| house.waits(4, 9, 0));
    for size in [WIDE, (1200.0, 700.0), PHONE] {
        let look = shot.look(size);
        let shapes = shot.shapes(&look);
        let [lamp] = lamps(&shapes, &look)[..] else { panic!("one lamp is lit") };
        let x = shapes
            .iter()
            .find_map(|s| match s {
                Shape::Area { points, fill: Some(fill), .. } if *fill == look.palette.running => Some(points[2].0),
                _ => None,
            })
            .expect("the lamp");
        let at = |x: f64, y: f64| shot.with(|scene| landing_at(scene, &look, (x, y)));
        let four = shot.picture.ledger.find("floor 4", &shot.run.trace()).map(|(id, _)| id).expect("the floor");
        assert_eq!(at(x, lamp.0), Some((four, 1)));
        assert_eq!(at(x + 12.0, lamp.0), Some((four, -1)));
        assert_eq!(at(20.0, lamp.0), Some((four, 0)));
        assert_eq!(at(size.0 - 20.0, lamp.0), None, "beyond the column");
        assert_eq!(at(20.0, 5.0), None, "above the building");
    }
    // Each of 301 landings can be meant, and each is the one nearest to the point.
    let shot = Shot::still((-100, 200), 1, S, |_| {});
    let look = shot.look(WIDE);
    let found: Vec<i32> = (90..386)
        .filter_map(|y| shot.with(|scene| landing_at(scene, &look, (30.0, f64::from(y)))))
        .filter_map(|(id, _)| shot.picture.ledger.station(id).map(|row| row.place_at(shot.now) as i32))
        .collect();
    assert!(found.windows(2).all(|pair| pair[0] >= pair[1]), "from the top down");
    assert!(found.first().is_some_and(|p| *p >= 197) && found.last().is_some_and(|p| *p <= -97), "{found:?}");
}

/// Words around an arrow, a trace and a car on one landing are level, whatever the room. They once stood in the middle of rows
/// that were 260 px high, and the car on their floors.
#[test]
fn in_rows_of_any_height_words_calls_and_traces_are_level_with_a_car_that_stands_there() {
    for ends in [(0, 1), (0, 9), (1, 20)] {
        let shot = Shot::still(ends, 1, 3 * S, move |house| {
            house.env.place(house.cars[0], ends.1 * 1_000);
            house.waits(ends.1, ends.0, 0);
        });
        for size in [WIDE, (1200.0, 700.0), PHONE] {
            let look = shot.look(size);
            let shapes = shot.shapes(&look);
            let (top, bottom, _) = boxes(&shapes, &look)[0];
            let level = |what: &str, y: f64| {
                assert!(
                    (top - 1.0..=bottom + 1.0).contains(&y),
                    "{what} at {y}, car {top}–{bottom}, {ends:?}, {size:?}"
                );
            };
            level("the call", lamps(&shapes, &look)[0].0);
            let name = ends.1.to_string();
            let number = shapes.iter().find_map(|s| match s {
                Shape::Text { text, at, .. } if *text == name => Some(at.1 - 4.0),
                _ => None,
            });
            level("the number", number.expect("the landing's number"));
            let trace = shapes.iter().find_map(|s| match s {
                Shape::Line { points, stroke, .. } if *stroke == look.palette.waiting => points.last().map(|p| p.1),
                _ => None,
            });
            assert!(trace.is_some() || size == PHONE);
            trace.into_iter().for_each(|y| level("the trace", y));
        }
    }
}

/// Of fifty cars only C1 to C9 once had names: those of two digits were cut to nothing.
#[test]
fn of_many_cars_as_many_are_named_as_have_room() {
    let shot = Shot::still((1, 20), 0, S, |house| {
        for n in 1..=50 {
            house.car(&format!("C{n}"), (1, 20), 1);
        }
    });
    for size in [(1400.0, 700.0), (1100.0, 700.0), PHONE] {
        let shapes = shot.shapes(&shot.look(size));
        let named: Vec<usize> = (1..=50).filter(|n| says(&shapes, &format!("C{n}")) == 1).collect();
        let gap = named.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(50);
        let most = if size == PHONE { 8 } else { 2 };
        assert!(gap <= most && named.last().is_some_and(|last| *last + most > 50), "{size:?}: {named:?}");
        assert_eq!(fault_of(&shapes, size), None);
    }
}

/// A stage of 668 px once had no column of what is assigned for four cars, and one of 740 px had.
#[test]
fn four_cars_have_what_is_assigned_beside_them_on_any_stage_that_is_no_phone() {
    let shot = busy((1, 20), 4, 63);
    for width in [700.0, 740.0, 832.0, 1000.0, 1400.0] {
        let look = shot.look((width, 640.0));
        let shapes = shot.shapes(&look);
        assert_eq!((says(&shapes, "Assigned"), says(&shapes, "closed") > 0), (1, true), "{width}");
        assert_eq!(fault_of(&shapes, (width, 640.0)), None);
    }
}

#[test]
fn a_bank_without_cars_says_so_and_has_no_scale_of_time() {
    let shot = Shot::still((0, 9), 0, S, |_| {});
    for size in [WIDE, (1200.0, 700.0), PHONE] {
        let look = shot.look(size);
        let shapes = shot.shapes(&look);
        assert_eq!((says(&shapes, "There are no cars"), says(&shapes, "−60 s"), says(&shapes, "now")), (1, 0, 0));
        assert_eq!(fault_of(&shapes, size), None);
    }
}

/// A car whose lowest landing is above its highest once had a shaft upside down.
#[test]
fn a_car_with_a_range_upside_down_or_elsewhere_stays_within_the_stage() {
    for range in [(9, 0), (4, -5), (40, 90), (-100, -90), (90, -100)] {
        let shot = Shot::still((0, 9), 2, S, move |house| {
            house.car("odd", range, range.0);
        });
        for size in [WIDE, (1200.0, 700.0), PHONE] {
            assert_eq!(fault_of(&shot.shapes(&shot.look(size)), size), None, "{range:?}, {size:?}");
        }
    }
}

#[test]
fn the_box_that_calls_a_car_leaves_the_number_of_its_landing_free() {
    let shot = Shot::still((1, 20), 4, S, |_| {});
    for (room, size) in
        [((880.0, 430.0), (320.0, 46.0)), ((390.0, 360.0), (360.0, 112.0)), ((390.0, 300.0), (360.0, 112.0))]
    {
        let look = shot.look(room);
        for place in 1..=20 {
            let floor = shot.picture.ledger.find(&format!("floor {place}"), &shot.run.trace()).expect("the floor").0;
            let number = shot.with(|scene| number_of(scene, &look, floor)).expect("its number");
            // Pressed on the number itself, as a key does, and further right.
            for x in [9.0, number.0 + 60.0] {
                let (left, top) = box_about((x, number.1), number, size, room);
                assert!(left >= 8.0 && left + size.0 <= room.0 && top >= 8.0 && top + size.1 <= room.1, "{left} {top}");
                let free = left >= number.0 || top >= number.1 + 6.0 || top + size.1 <= number.1 - 6.0;
                assert!(free, "floor {place} of {room:?} is covered at {left}, {top}: {number:?}");
            }
        }
    }
}

#[test]
fn the_past_is_the_same_however_one_got_to_the_playhead() {
    let shot = busy((1, 20), 4, 75);
    let (mut cursor, mut stepped) = (Cursor::new(), Picture::default());
    for at in (0..=75).map(|second| SimTime(second * S)) {
        while cursor.step(&shot.run.trace(), at, &mut stepped) {}
        stepped = stepped.clone();
    }
    let straight = shot.shapes(&shot.look(WIDE));
    let again = Shot { picture: stepped, ..shot };
    assert_eq!(straight, again.shapes(&again.look(WIDE)));
}

#[test]
fn before_the_run_the_cars_stand_at_their_landings() {
    let shot = Shot::still((1, 20), 3, 0, |_| {});
    let picture = Picture::idle(&shot.run.trace());
    let idle = Shot { picture, ..shot };
    for size in [WIDE, PHONE] {
        let look = idle.look(size);
        let shapes = idle.shapes(&look);
        assert_eq!(boxes(&shapes, &look).len(), 3);
        assert_eq!(fault_of(&shapes, size), None);
    }
    let wide = idle.shapes(&idle.look(WIDE));
    assert_eq!(says(&wide, "0 of 5 failures"), 3);
    assert_eq!(says(&wide, "20"), 1, "landings have their numbers");
    assert_eq!(idle.with(conservation), ("0 arrived = 0 delivered".to_owned(), true));
}

/// Pictures to be looked at: `MILLRACE_LOOK=/some/folder cargo test --test native -- --ignored banks_to_look_at`.
#[test]
#[ignore = "writes pictures into the folder that MILLRACE_LOOK names"]
fn banks_to_look_at() {
    let Ok(folder) = std::env::var("MILLRACE_LOOK") else { return };
    let cases = [
        ("lunch", lunch()),
        ("one", busy((-4, 5), 1, 80)),
        ("four", busy((1, 20), 4, 75)),
        ("six", busy((0, 39), 6, 90)),
        ("twelve", busy((0, 24), 12, 90)),
        ("sixty", busy((0, 39), 60, 90)),
        ("tower", busy((-100, 200), 8, 200)),
    ];
    for (name, shot) in &cases {
        for (w, h) in [(880.0, 430.0), (880.0, 688.0), (832.0, 640.0), (390.0, 360.0)] {
            for (word, theme) in [("light", Theme::Light), ("dark", Theme::Dark)] {
                let palette = Palette::of(theme);
                let look = Look { palette, ..shot.look((w, h)) };
                let picture = svg::svg(&shot.shapes(&look), (w, h), palette);
                std::fs::write(format!("{folder}/{name}-{w}x{h}-{word}.svg"), picture).expect("the folder is there");
            }
        }
    }
}

/// The bank as it was designed: four cars in as many states.
fn lunch() -> Shot {
    let ends = (1, 20);
    Shot::of(ends, 72 * S + S / 2, move |env| async move {
        let house = House::open(&env, ends, 4);
        let g = gauges();
        let (cars, breakers) = (house.cars.clone(), house.breakers.clone());
        env.place(cars[1], 12_000);
        env.place(cars[2], 18_000);
        env.place(cars[3], 14_000);
        let people = [(15, 1, 3, 0), (9, 1, 4, 3), (18, 1, 2, 0), (12, 1, 2, 0), (4, 1, 3, 3)];
        env.sleep(Span::secs(9)).await;
        for (from, to, n, car) in people {
            (0..n).for_each(|_| house.waits(from, to, car));
        }
        let go = |car: StationId, legs: Vec<(i32, i32)>| {
            let env = env.clone();
            env.clone()
                .spawn("car", async move {
                    for (from, to) in legs {
                        env.gauge(car, HEADING, i64::from((to - from).signum()));
                        env.travel(car, from, to, Span::millis(u64::from(from.abs_diff(to)) * 13 / 10)).await;
                        env.gauge(car, DOORS, 1);
                        env.sleep(Span::secs(7)).await;
                        env.gauge(car, DOORS, 0);
                    }
                })
                .detach();
        };
        (0..7).for_each(|i| house.rides(0, [14, 17, 19][i % 3]));
        env.sleep(Span::secs(11)).await;
        go(cars[0], vec![(1_000, 9_000), (9_000, 12_000), (12_000, 19_000)]);
        go(cars[3], vec![(14_000, 10_000), (10_000, 6_000), (6_000, 1_000)]);
        env.sleep(Span::secs(10)).await;
        go(cars[2], vec![(18_000, 15_000), (15_000, 13_000), (13_000, 10_500)]);
        env.gauge(cars[1], DOORS, 1);
        env.sleep(Span::secs(14)).await;
        env.gauge(cars[1], DOORS, 0);
        go(cars[1], vec![(12_000, 11_000), (11_000, 9_000), (9_000, 2_000)]);
        for (from, to, n, car) in
            [(7, 20, 2, 3), (11, 20, 1, 3), (16, 20, 1, 0), (6, 1, 1, 3), (1, 20, 6, 3), (16, 3, 1, 1)]
        {
            (0..n).for_each(|_| house.waits(from, to, car));
        }
        (0..4).for_each(|_| house.rides(2, 5));
        (0..5).for_each(|i| house.rides(3, [8, 3, 14][i % 3]));
        for (floor, due, at) in [(18, DUE.1, 86), (16, DUE.0, 81), (15, DUE.1, 94), (9, DUE.1, 136), (11, DUE.0, 120)] {
            env.gauge(house.floor(floor), due, at * S as i64);
        }
        env.sleep(Span::secs(23)).await;
        env.state(breakers[1], "half-open");
        env.gauge(breakers[1], g.probes, 2);
        env.gauge(breakers[1], g.passed, 2);
        env.state(breakers[2], "open");
        env.gauge(breakers[2], g.until, 76_700_000_000);
        env.state(cars[2], "stopped");
        env.gauge(cars[2], DOORS, 0);
        env.gauge(breakers[3], g.failures, 1);
        env.gauge(cars[0], SIGNALS, 4);
        env.sleep(Span::secs(1_000)).await;
    })
}
