//! The driver that browsers are driven with: one for all tests that run at a time, so that nothing depends on starting it often.
//!
//! It listens on a port of its own choice, first for IPv4 and then on the same number for IPv6. Where somebody else has that
//! number in the meantime it ends before it has said a word about the port: so it is started again, a few times, and who gives
//! up says what it said. The last test that needs it ends it; a driver that outlives the tests would be nobody's.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use crate::page::PATIENCE;

/// How often it is started before somebody gives up.
pub const ATTEMPTS: usize = 5;

/// The most lines of its words that are kept.
const LINES: usize = 60;

/// A driver that listens.
pub struct Driver {
    child: Mutex<Child>,
    said: Said,
    port: u16,
}

/// What a driver said, on either of its two ways out, the last lines of it.
#[derive(Clone, Default)]
struct Said(Arc<Mutex<Vec<String>>>);

/// The driver of the tests that run, if any do.
static SHARED: Mutex<Weak<Driver>> = Mutex::new(Weak::new());

/// A test that fails while it holds the lock breaks nothing that the lock is for.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Driver {
    /// The driver that other tests have already, or a new one. The program is the one named by `CHROMEDRIVER`, else the one on
    /// the path. It may take a while: not for an asynchronous task.
    ///
    /// # Errors
    /// What each attempt to start it came to, with its own words.
    pub fn shared() -> Result<Arc<Driver>, String> {
        let mut shared = locked(&SHARED);
        if let Some(driver) = shared.upgrade().filter(|driver| driver.runs()) {
            return Ok(driver);
        }
        let program = std::env::var("CHROMEDRIVER").unwrap_or_else(|_| "chromedriver".to_owned());
        let driver = Arc::new(Driver::start(|| Command::new(&program))?);
        *shared = Arc::downgrade(&driver);
        Ok(driver)
    }

    /// Starts a driver, again if it ends before it listens.
    fn start(command: impl Fn() -> Command) -> Result<Driver, String> {
        let mut failures = Vec::new();
        for attempt in 1..=ATTEMPTS {
            match Driver::attempt(command()) {
                Ok(driver) => return Ok(driver),
                Err(failure) => failures.push(format!("attempt {attempt} of {ATTEMPTS}: {failure}")),
            }
        }
        Err(failures.join("\n"))
    }

    fn attempt(mut command: Command) -> Result<Driver, String> {
        let name = command.get_program().to_string_lossy().into_owned();
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| format!("{name} does not start: {error}"))?;
        let (said, (port, announced)) = (Said::default(), channel());
        let readers = [
            child.stdout.take().map(|out| said.listen(out, Some(port))),
            child.stderr.take().map(|out| said.listen(out, None)),
        ];
        let silence = match announced.recv_timeout(PATIENCE) {
            Ok(port) => return Ok(Driver { child: Mutex::new(child), said, port }),
            Err(silence) => silence,
        };
        let (_killed, status) = (child.kill(), child.wait());
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        let why = match silence {
            RecvTimeoutError::Timeout => format!("had not said its port after {} s", PATIENCE.as_secs()),
            RecvTimeoutError::Disconnected => {
                // It has closed its ways out: what it said is complete once it is read.
                readers.into_iter().flatten().for_each(|reader| drop(reader.join()));
                format!("ended before it said its port ({status})")
            }
        };
        Err(format!("{name} {why}, and said: {}", said.words()))
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Whether it has not ended.
    pub fn runs(&self) -> bool {
        matches!(locked(&self.child).try_wait(), Ok(None))
    }

    /// What it said.
    pub fn words(&self) -> String {
        self.said.words()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let mut child = locked(&self.child);
        // It may have ended by itself, which is no error of the test that comes to an end here.
        let (_killed, _waited) = (child.kill(), child.wait());
    }
}

impl Said {
    /// Keeps what comes, and tells the port where it is announced. It reads on for as long as there is something: a driver
    /// whose output nobody takes blocks once the pipe is full.
    fn listen(&self, out: impl Read + Send + 'static, mut port: Option<Sender<u16>>) -> std::thread::JoinHandle<()> {
        let said = self.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let announced = line.split_once("started successfully on port ");
                let number = announced.and_then(|(_, rest)| rest.trim_end_matches('.').trim().parse().ok());
                if let Some(number) = number
                    && let Some(port) = port.take()
                {
                    // Who waited may have given up.
                    let _heard = port.send(number);
                }
                said.keep(line);
            }
        })
    }

    fn keep(&self, line: String) {
        let mut lines = locked(&self.0);
        if lines.len() == LINES {
            lines.remove(0);
        }
        lines.push(line);
    }

    fn words(&self) -> String {
        let lines = locked(&self.0);
        if lines.is_empty() { "nothing".to_owned() } else { format!("\n  {}", lines.join("\n  ")) }
    }
}

#[cfg(unix)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A program in a driver's place.
    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        // What stands after the script is the script's name.
        command.args(["-c", script]);
        command
    }

    const ENDS: &str = "echo 'Starting ChromeDriver'; echo 'bind() failed: Address already in use' >&2; exit 1";
    const LISTENS: &str =
        "echo 'Starting ChromeDriver'; echo 'ChromeDriver was started successfully on port 4711.'; exec sleep 600";

    #[test]
    fn a_driver_that_ends_before_it_says_its_port_is_started_again() {
        // Under load one in some hundred starts met a port that was taken in the meantime, and failed the test it was for.
        let starts = AtomicUsize::new(0);
        let driver = Driver::start(|| match starts.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => shell(ENDS),
            _ => shell(LISTENS),
        });
        let driver = driver.unwrap_or_else(|words| panic!("{words}"));
        assert_eq!((driver.address().as_str(), starts.into_inner()), ("http://127.0.0.1:4711", 3));
        assert!(driver.runs());
    }

    #[test]
    fn who_gives_up_on_a_driver_says_what_it_said() {
        let words = Driver::start(|| shell(ENDS)).err().expect("it never listens");
        assert_eq!(words.matches("ended before it said its port").count(), ATTEMPTS, "{words}");
        assert_eq!(words.matches("bind() failed: Address already in use").count(), ATTEMPTS, "{words}");
    }

    #[test]
    fn a_driver_that_is_not_there_is_named() {
        let words = Driver::start(|| Command::new("no-such-driver")).err().expect("there is none");
        assert!(words.contains("no-such-driver does not start"), "{words}");
    }

    #[test]
    fn a_driver_ends_with_the_last_who_needs_it() {
        let driver = Driver::start(|| shell(LISTENS)).unwrap_or_else(|words| panic!("{words}"));
        let number = locked(&driver.child).id();
        drop(driver);
        let alive = Command::new("kill").args(["-0", &number.to_string()]).stderr(Stdio::null()).status();
        assert!(!alive.expect("there is a kill").success(), "process {number} is gone");
    }
}
