//! Trying what a scenario invites to: doing it, seeing that it is done, and taking it back.
//!
//! Whether a trial is done is read from the scenario, so that a link, an undo or a change by hand cannot leave a button that says
//! otherwise.

use super::Scenario;
use millrace_engine::{Action, Intervention, Ordinal};
use millrace_spec::{Deed, Fidelity, Trial};
use millrace_trace::SimTime;

impl Scenario {
    /// What there is to try.
    pub fn tries(&self) -> &'static [Trial] {
        self.began_as().tries
    }

    /// Whether all that a trial changes of the run is done. One that changes nothing never is.
    pub fn has_tried(&self, trial: &Trial) -> bool {
        trial.changes_the_run() && trial.does.iter().all(|deed| self.has_done(deed))
    }

    fn has_done(&self, deed: &Deed) -> bool {
        match deed {
            Deed::Value(key, text) => {
                let value = self.field(key).and_then(|field| field.read(text).ok());
                value.is_some() && self.given(key) == value
            }
            Deed::Fidelity(fidelity) => self.fidelity == *fidelity,
            Deed::Beside(key, text) => self.differs_in(key, text),
            Deed::Fault { .. } => self.begun(deed).is_some_and(|begun| self.place_of(&begun).is_some()),
            Deed::Code(..) | Deed::Tab(_) => true,
        }
    }

    /// Does what a trial changes of the run.
    pub fn try_out(&mut self, trial: &Trial) {
        for deed in trial.does {
            match deed {
                Deed::Value(key, text) => {
                    // A test holds that every trial can be done, and that its values stand together.
                    let _unfit = self.set_one_of_several(key, text);
                }
                Deed::Fidelity(fidelity) => self.fidelity = *fidelity,
                Deed::Beside(key, text) => match Fidelity::from_id(text).filter(|_| *key == "fidelity") {
                    Some(fidelity) => self.differ_in_fidelity(fidelity),
                    None => {
                        let _unfit = self.differ(key, text);
                    }
                },
                Deed::Fault { .. } => {
                    self.interventions.extend(self.begun(deed));
                    millrace_trace::order::sort_by_key(&mut self.interventions, |i| (i.at, i.ordinal));
                }
                Deed::Code(..) | Deed::Tab(_) => {}
            }
        }
    }

    /// Takes back what a trial changed: values and fidelity are those of the pattern's own scenario again, its faults are gone, and whatever
    /// else somebody did stays.
    pub fn take_back(&mut self, trial: &Trial) {
        for deed in trial.does {
            match deed {
                Deed::Value(key, _) => self.reset(key),
                Deed::Fidelity(_) => self.fidelity = self.began_as().fidelity.unwrap_or(Fidelity::Documented),
                Deed::Beside(key, _) => {
                    let own = self.began_as().beside.iter().find(|(of, _)| of == key);
                    match own {
                        Some((key, text)) => {
                            let _unfit = self.differ(key, text);
                        }
                        None => self.agree(key),
                    }
                }
                Deed::Fault { .. } => {
                    if let Some(index) = self.begun(deed).and_then(|begun| self.place_of(&begun)) {
                        self.interventions.remove(index);
                    }
                }
                Deed::Code(..) | Deed::Tab(_) => {}
            }
        }
    }

    /// What begins the fault of a deed; nothing if the scene has no such fault.
    fn begun(&self, deed: &Deed) -> Option<Intervention> {
        let Deed::Fault { name, at, magnitude, lasts } = deed else { return None };
        let fault = self.fault(name)?;
        let action = Action::Fault { id: fault.name().into_owned(), onset: fault.onset(*magnitude, *lasts) };
        Some(Intervention { at: SimTime(at.0), ordinal: Ordinal::ByTime, action })
    }

    /// Where the same is done at the same instant.
    fn place_of(&self, begun: &Intervention) -> Option<usize> {
        self.interventions.iter().position(|i| i.at == begun.at && i.action == begun.action)
    }
}
