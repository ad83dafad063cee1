//! The instant that somebody points at in a chart: shown by all of them, painted at once and without a render, because it moves as fast
//! as a hand does.

use super::plot::Shown;
use crate::platform::{canvas, host};
use crate::view::charts::At;
use crate::view::sheets::Figure;
use crate::view::{Palette, Theme};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use web_sys::{Element, HtmlCanvasElement};
use yew::NodeRef;

/// What lies over one chart.
pub struct Over {
    /// The canvas over it.
    pub canvas: NodeRef,
    /// Where its values are read: the end of its title line.
    pub read: NodeRef,
    /// What it shows now.
    pub shown: RefCell<Option<Shown>>,
}

/// The instant, and who shows it.
#[derive(Default)]
pub struct Pointed {
    /// All charts together.
    pub section: NodeRef,
    seconds: Cell<Option<f64>>,
    overs: RefCell<Vec<Weak<Over>>>,
}

impl Pointed {
    /// A chart shows it, as long as it is there.
    pub fn watch(&self, over: &Rc<Over>) {
        let mut overs = self.overs.borrow_mut();
        overs.retain(|known| known.strong_count() > 0);
        overs.push(Rc::downgrade(over));
    }

    /// The second.
    pub fn seconds(&self) -> Option<f64> {
        self.seconds.get()
    }

    /// Points at a second in all charts, or at none.
    pub fn point(&self, seconds: Option<f64>) {
        if self.seconds.replace(seconds) == seconds {
            return;
        }
        if let Some(section) = self.section.cast::<Element>() {
            // The title lines read values as long as somebody points.
            let _set = match seconds {
                Some(_) => section.set_attribute("data-pointed", "true"),
                None => section.remove_attribute("data-pointed"),
            };
        }
        let overs: Vec<Rc<Over>> = self.overs.borrow().iter().filter_map(Weak::upgrade).collect();
        overs.iter().for_each(|over| over.paint(seconds));
    }
}

impl Over {
    /// Paints what lies over the chart, and reads its values.
    pub fn paint(&self, pointed: Option<f64>) {
        let shown = self.shown.borrow();
        let Some(Shown { sheet, dark, playhead, life }) = &*shown else { return };
        let Figure::Time(chart) = &sheet.0.figure else { return };
        if let Some(read) = self.read.cast::<Element>() {
            let text = pointed.map(|seconds| chart.read(seconds));
            read.set_text_content(text.as_deref());
        }
        let Some(element) = self.canvas.cast::<HtmlCanvasElement>() else { return };
        let ratio = host::pixel_ratio();
        let Some(size) = canvas::fit(&element, ratio) else { return };
        let palette = Palette::of(if *dark { Theme::Dark } else { Theme::Light });
        let life = life.map(|(from, to)| (from.seconds(), to.seconds()));
        canvas::paint(&element, ratio, &chart.over(size, palette, At { playhead: playhead.seconds(), pointed, life }));
    }
}
