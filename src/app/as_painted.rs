//! What stands beside the stage in words, of the very instant that the stage shows.
//!
//! The stage is painted in every frame and the page is rendered five times a second: at ten times real time "in 2 s" stood on the stage
//! beside "in 4 s" in the table. So what counts down in both is read again as the stage is painted, and rendered where it says something
//! else.

use super::effect::use_effect_on;
use super::lab::Lab;
use super::page::Page;
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use yew::prelude::*;

type Reader = dyn Fn(&Lab);

/// Who reads the experiment whenever its stage is painted.
#[derive(Default)]
pub struct Readers(RefCell<Vec<Weak<Reader>>>);

impl std::fmt::Debug for Readers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Readers({})", self.0.borrow().len())
    }
}

impl Readers {
    /// The stage was painted, with the experiment as it is.
    pub fn read(&self, lab: &Lab) {
        let readers: Vec<Rc<Reader>> = self.0.borrow().iter().filter_map(Weak::upgrade).collect();
        readers.iter().for_each(|read| read(lab));
    }

    /// Somebody reads it too, for as long as it is there.
    fn add(&self, reader: &Rc<Reader>) {
        let mut readers = self.0.borrow_mut();
        readers.retain(|known| known.strong_count() > 0);
        readers.push(Rc::downgrade(reader));
    }
}

/// What `read` says of the experiment as it was painted last; as it is, while nothing moves.
#[hook]
pub fn use_as_painted<T: Clone + PartialEq + 'static>(page: &Page, read: fn(&Lab) -> T) -> T {
    let (again, said) = (use_force_update(), use_mut_ref(|| None::<T>));
    {
        let (page, said) = (page.clone(), said.clone());
        use_effect_on((), move || {
            let reader: Rc<Reader> = Rc::new(move |lab| {
                let now = Some(read(lab));
                if *said.borrow() != now {
                    said.replace(now);
                    again.force_update();
                }
            });
            page.lab().readers.add(&reader);
            reader
        });
    }
    let lab = page.lab();
    let known = said.borrow().clone().filter(|_| lab.playing);
    known.unwrap_or_else(|| {
        let now = read(&lab);
        said.replace(Some(now.clone()));
        now
    })
}
