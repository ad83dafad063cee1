//! What the marks of a bank mean.

use super::breaker::LEGEND;
use super::figure::{HEIGHT, People};
use super::state::State;
use crate::scene::Look;
use crate::scene::contact::{Contact, WIDTH, contact};
use crate::shape::{Ink, Point, Sheet, text_width};

/// What a mark stands for.
#[derive(Clone, Copy)]
enum Mark {
    Person { late: bool },
    Dot { call: bool },
    Contact(Contact),
}

impl Mark {
    fn width(self) -> f64 {
        if matches!(self, Mark::Contact(_)) { WIDTH } else { 10.0 }
    }

    fn draw(self, sheet: &mut Sheet, look: &Look<'_>, (x, y): Point) {
        let p = look.palette;
        match self {
            Mark::Person { late } => {
                let mut people = People::new(if late { p.blocked } else { p.queued }, HEIGHT);
                people.stand((x + 5.0, y + 5.5));
                people.paint(sheet);
            }
            Mark::Dot { call: false } => sheet.disc((x + 5.0, y), 3.6, p.ink_2),
            Mark::Dot { call: true } => sheet.ring((x + 5.0, y), 3.6, p.ink_2, 1.5),
            Mark::Contact(status) => contact(sheet, (x, y + 1.0), status, p, 1.0),
        }
    }
}

/// Draws the legend: all of it, or without the contacts, which have their words beside them anyway; part of a legend is none.
pub fn draw(sheet: &mut Sheet, state: &State<'_>, look: &Look<'_>, (left, limit): (f64, f64), y: f64) -> f64 {
    let patience = state.spec.patience.seconds();
    let mut all = vec![
        (Mark::Person { late: false }, "waiting".to_owned()),
        (Mark::Person { late: true }, format!("over {patience:.0} s")),
        (Mark::Dot { call: false }, "car call".to_owned()),
        (Mark::Dot { call: true }, "hall call".to_owned()),
    ];
    all.extend(LEGEND.map(|status| (Mark::Contact(status), status.word().to_owned())));
    let gap = 13.0;
    let width = |(mark, word): &(Mark, String)| mark.width() + 4.0 + text_width(word, 11.0, false);
    let sum = |some: &[(Mark, String)]| some.iter().map(|item| width(item) + gap).sum::<f64>();
    let shown = [all.len(), 4, 2].into_iter().filter_map(|n| all.get(..n)).find(|some| left + sum(some) <= limit);
    let mut x = left;
    for item in shown.unwrap_or_default() {
        item.0.draw(sheet, look, (x, y));
        sheet.text((x + item.0.width() + 4.0, y + 4.0), item.1.clone(), Ink::new(look.palette.ink_2));
        x += width(item) + gap;
    }
    x
}
