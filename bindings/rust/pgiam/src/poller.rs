//! One thread of the process that waits for descriptors and moments on behalf of tasks, whatever runtime they are of.
//! It is there while anything is waited for, and a second longer.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::os::raw::{c_int, c_short};
use std::os::unix::io::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, MutexGuard};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

// So many descriptors are watched at most; the program's other ones are not to want for any. Who comes then is woken
// by the clock, and when one that is watched has something to do, which as a rule is what others wait for as well.
const MOST_DESCRIPTORS: usize = 256;
const BY_THE_CLOCK: Duration = Duration::from_millis(100);
const LINGERS: Duration = Duration::from_secs(1);

/// A task's place with the poller.
pub(crate) struct Registration(u64);

impl Registration {
    pub(crate) fn new() -> Registration {
        let mut state = lock();
        let state = living(&mut state);
        state.last_id += 1;
        Registration(state.last_id)
    }

    /// Whether a descriptor is to be had yet.
    pub(crate) fn may_watch() -> bool {
        let mut state = lock();
        living(&mut state).watched < MOST_DESCRIPTORS
    }

    /// Wakes the task once, when the descriptor is readable or the time is over; neither given: after a while.
    pub(crate) fn wake_when(&self, descriptor: Option<RawFd>, time: Option<Duration>, waker: &Waker) -> io::Result<()> {
        let time =
            if descriptor.is_none() { Some(time.map_or(BY_THE_CLOCK, |time| time.min(BY_THE_CLOCK))) } else { time };
        // A time without end is none.
        let deadline = time.and_then(|time| Instant::now().checked_add(time));
        let place = Place { descriptor, deadline, waker: Some(waker.clone()) };
        let mut state = lock();
        let before = living(&mut state).set(self.0, Some(place));
        let running = living(&mut state).run();
        drop(state);
        drop(before); // a waker's end is the runtime's business, and no lock is held over it
        running
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut state = lock();
        let gone = living(&mut state).set(self.0, None);
        drop(state);
        drop(gone);
    }
}

struct Place {
    descriptor: Option<RawFd>,
    deadline: Option<Instant>,
    /// None: it has been woken, and has not come back yet.
    waker: Option<Waker>,
}

struct State {
    process: u32,
    last_id: u64,
    places: HashMap<u64, Place>,
    /// Of the places those with a descriptor.
    watched: usize,
    /// Both ends of what interrupts the thread; None: there is no thread.
    bell: Option<(UnixStream, UnixStream)>,
}

static STATE: Mutex<Option<State>> = Mutex::new(None);

fn lock() -> MutexGuard<'static, Option<State>> {
    STATE.lock().unwrap_or_else(|broken| broken.into_inner())
}

/// In a forked child the thread has not come along.
fn living(state: &mut Option<State>) -> &mut State {
    let process = std::process::id();
    if state.as_ref().map_or(true, |known| known.process != process) {
        let parents = state.replace(State { process, last_id: 0, places: HashMap::new(), watched: 0, bell: None });
        std::mem::forget(parents);
    }
    state.as_mut().expect("it was just made")
}

impl State {
    /// The place that was there before.
    fn set(&mut self, id: u64, place: Option<Place>) -> Option<Place> {
        let is_watched =
            |place: &Option<Place>| usize::from(place.as_ref().map_or(false, |place| place.descriptor.is_some()));
        self.watched += is_watched(&place);
        let before = match place {
            Some(place) => self.places.insert(id, place),
            None => self.places.remove(&id),
        };
        self.watched -= is_watched(&before);
        before
    }

    /// Sees to it that the thread knows what there is.
    fn run(&mut self) -> io::Result<()> {
        if let Some((ringer, _)) = &self.bell {
            let mut ringer: &UnixStream = ringer;
            let _ = ringer.write(&[1]); // full: it will look anyway
            return Ok(());
        }
        let (ringer, ringing) = UnixStream::pair()?;
        ringer.set_nonblocking(true)?;
        ringing.set_nonblocking(true)?;
        let heard = ringing.try_clone()?;
        thread::Builder::new().name("pgiam-poller".into()).spawn(move || serve(heard))?;
        self.bell = Some((ringer, ringing));
        Ok(())
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.places.values().filter(|place| place.waker.is_some()).filter_map(|place| place.deadline).min()
    }
}

fn serve(mut bell: UnixStream) {
    let mut idle_since = None;
    loop {
        let (mut watched, ids, time) = {
            let mut state = lock();
            let state = living(&mut state);
            if !state.places.is_empty() {
                idle_since = None;
            } else if idle_since.get_or_insert_with(Instant::now).elapsed() >= LINGERS {
                state.bell = None;
                return;
            }
            let mut watched = vec![PollFd { fd: bell.as_raw_fd(), events: POLLIN, revents: 0 }];
            let mut ids = vec![0];
            for (id, place) in state.places.iter().filter(|(_, place)| place.waker.is_some()) {
                if let Some(fd) = place.descriptor {
                    watched.push(PollFd { fd, events: POLLIN, revents: 0 });
                    ids.push(*id);
                }
            }
            let time = match state.next_deadline() {
                Some(deadline) => Some(deadline.saturating_duration_since(Instant::now())),
                None => state.places.is_empty().then(|| LINGERS),
            };
            // A place that goes tells nobody: look now and then.
            (watched, ids, time.unwrap_or(LINGERS * 10).min(LINGERS * 10))
        };
        wait(&mut watched, Some(time));
        while matches!(bell.read(&mut [0; 64]), Ok(count) if count > 0) {}
        let readable = ids.iter().zip(&watched).skip(1).filter(|(_, fd)| fd.revents != 0).map(|(id, _)| *id);
        wake(readable.collect());
    }
}

fn wake(readable: Vec<u64>) {
    let now = Instant::now();
    let has_news = !readable.is_empty();
    let mut woken = Vec::new();
    {
        let mut state = lock();
        let state = living(&mut state);
        for id in readable {
            woken.extend(state.places.get_mut(&id).and_then(|place| place.waker.take()));
        }
        for place in state.places.values_mut() {
            let is_due = place.deadline.map_or(false, |deadline| deadline <= now);
            if is_due || (has_news && place.descriptor.is_none()) {
                woken.extend(place.waker.take());
            }
        }
    }
    woken.into_iter().for_each(Waker::wake);
}

// ---- poll(2) ----

#[repr(C)]
struct PollFd {
    fd: c_int,
    events: c_short,
    revents: c_short,
}
const POLLIN: c_short = 1;

#[cfg(target_os = "linux")]
type Count = std::os::raw::c_ulong;
#[cfg(not(target_os = "linux"))]
type Count = std::os::raw::c_uint;

extern "C" {
    fn poll(fds: *mut PollFd, count: Count, milliseconds: c_int) -> c_int;
}

fn wait(watched: &mut [PollFd], time: Option<Duration>) {
    // Rounded up, so that a moment that is not over yet is not waited for in circles.
    let milliseconds = time.map_or(-1, |time| (time.as_micros() as i128 + 999) / 1000).min(c_int::MAX.into());
    // SAFETY: an array and its length.
    if unsafe { poll(watched.as_mut_ptr(), watched.len() as Count, milliseconds as c_int) } < 0 {
        watched.iter_mut().for_each(|fd| fd.revents = 0); // a signal
    }
}

/// Blocks the caller until the descriptor is readable, or the time is over.
pub(crate) fn wait_for(descriptor: Option<RawFd>, time: Option<Duration>) {
    match descriptor {
        Some(fd) => wait(&mut [PollFd { fd, events: POLLIN, revents: 0 }], time),
        None => thread::sleep(time.unwrap_or(BY_THE_CLOCK)),
    }
}
