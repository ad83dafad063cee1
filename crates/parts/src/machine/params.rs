//! How large a machine is and what takes how much of it, as parameters of whoever has one.

use super::MachineSettings;
use millrace_spec::{Field, params};

const KB: u64 = 1 << 10;
const MB: u64 = 1 << 20;
/// A terabyte, in megabytes; a gigabyte, in kilobytes.
const MOST: u64 = 1 << 20;

params! {
    /// The machine that the process runs on.
    pub struct MachineParams {
        /// How many processors it has.
        cpus: u32 => Field::count("cpus", "CPUs", 8, 1..=1_024),
        /// How much memory it has. The system and others take 512 MB of it.
        memory: u32 => Field::count("memory", "Memory", 4_096, 1_024..=MOST).unit("MB"),
        /// What the process takes of the heap with nothing to do.
        heap_base: u32 => Field::count("heap-base", "Heap at rest", 64, 0..=MOST).unit("MB"),
        /// What each task takes of the heap.
        heap_task: u32 => Field::count("heap-task", "Heap a task", 16, 0..=MOST).unit("KB"),
        /// What takes of the heap each thing that waits in a queue, or that a cache keeps.
        heap_item: u32 => Field::count("heap-item", "Heap an item", 4, 0..=MOST).unit("KB"),
    }
}

impl MachineParams {
    /// The same for a machine.
    pub fn settings(&self) -> MachineSettings {
        // An entry of a cache takes as much as something that waits.
        let each = [self.heap_task, self.heap_item, self.heap_item].map(|kb| u64::from(kb) * KB);
        let (memory, base) = (u64::from(self.memory) * MB, u64::from(self.heap_base) * MB);
        MachineSettings { cpus: self.cpus, memory, others: 512 * MB, base, each }
    }
}
