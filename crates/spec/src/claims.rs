//! What the documents claim of a member of a suite: figures, words, and the tables they stand in. Claims, not measurements: what
//! shows them puts what was measured beside them, and says what each is of.

/// What the documents claim of a pattern. Figures are in percent of the suite's first; none, or no word, where they say nothing.
#[derive(Clone, Copy, Debug)]
pub struct Claims {
    /// The expected total time.
    pub time: Option<f64>,
    /// The expected memory.
    pub memory: Option<f64>,
    /// The expected throughput.
    pub throughput: Option<f64>,
    /// How many goroutines: "15 (+1)".
    pub goroutines: &'static str,
    /// What keeps them in step: "channels".
    pub sync: &'static str,
    /// The words of the comparison matrix.
    pub words: Words,
    /// The row of the documents' page of benchmarks.
    pub benchmark: Option<Benchmark>,
    /// When to choose it, as the selection guide has it.
    pub choose: &'static [&'static str],
    /// What it is made of, as the table of primitives has it.
    pub primitives: &'static [Primitive],
    /// What its report prints of memory.
    pub profile: Profile,
}

/// A row of the comparison matrix: words, not figures.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// How much memory: "Very high".
    pub memory: &'static str,
    /// How much gets done: "Fastest".
    pub throughput: &'static str,
    /// How long a request takes: "Variable".
    pub latency: &'static str,
}

/// A row of the documents' page of benchmarks.
#[derive(Clone, Copy, Debug)]
pub struct Benchmark {
    /// The total time of 7,500 requests.
    pub time: &'static str,
    /// The memory.
    pub memory: &'static str,
    /// The garbage collections, where the page has them.
    pub collections: Option<u32>,
    /// Whether somebody measured it; the others are estimates.
    pub measured: bool,
}

/// What a program in Go is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Primitive {
    /// Goroutines beside the main one.
    Goroutines,
    /// `sync.WaitGroup`.
    WaitGroup,
    /// Channels.
    Channels,
    /// `sync.Mutex`.
    Mutex,
    /// `context.Context`.
    Context,
    /// Type parameters.
    Generics,
}

impl Primitive {
    /// All, in the order of the documents' table.
    pub const ALL: [Primitive; 6] = [
        Primitive::WaitGroup,
        Primitive::Channels,
        Primitive::Goroutines,
        Primitive::Mutex,
        Primitive::Context,
        Primitive::Generics,
    ];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Primitive::Goroutines => "Goroutines",
            Primitive::WaitGroup => "WaitGroup",
            Primitive::Channels => "Channels",
            Primitive::Mutex => "Mutex",
            Primitive::Context => "Context",
            Primitive::Generics => "Generics",
        }
    }

    /// What stands for it here.
    pub const fn here(self) -> &'static str {
        match self {
            Primitive::Goroutines => "tasks: futures on one thread",
            Primitive::WaitGroup => "parts/wait_group",
            Primitive::Channels => "parts/channel",
            Primitive::Mutex => "none: nothing runs at the same time",
            Primitive::Context => "parts/error_group, and dropping a future",
            Primitive::Generics => "generics",
        }
    }
}

/// What an original's report prints of memory, which two of its clients do in one way and two in another, so that the figures
/// of the two pairs cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// It prints none.
    None,
    /// Differences between the end and the start of the run.
    Differences,
    /// What the process has, whatever it had at the start.
    Absolute,
}

impl Profile {
    /// What is printed, by name.
    pub const fn keys(self) -> &'static [&'static str] {
        match self {
            Profile::None => &[],
            Profile::Differences => &["Alloc", "TotalAlloc", "Sys", "NumGC"],
            Profile::Absolute => &["InitialAlloc", "FinalAlloc", "MemUsed", "TotalAlloc", "Sys", "NumGC", "PeakMem"],
        }
    }

    /// What the figures are of, in words.
    pub const fn of(self) -> &'static str {
        match self {
            Profile::None => "nothing of memory is printed",
            Profile::Differences => "differences between the end of the run and its start",
            Profile::Absolute => "figures of the whole process; PeakMem is Sys again",
        }
    }
}

impl Claims {
    /// Documents that say nothing.
    pub const NONE: Claims = Claims {
        time: None,
        memory: None,
        throughput: None,
        goroutines: "",
        sync: "",
        words: Words { memory: "", throughput: "", latency: "" },
        benchmark: None,
        choose: &[],
        primitives: &[],
        profile: Profile::None,
    };
}
