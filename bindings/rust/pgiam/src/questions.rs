//! What the library asks the program, and how it is answered.
//!
//! The library asks inside a call of ours, on the thread that waits. In a blocking call the source is asked there and
//! then. In an async one what is to be awaited is polled by the task that waits for the token, and what may block is
//! given a thread of its own.

use crate::credentials::{BoxFuture, Provider, Source};
use crate::error::{status_name, BoxError, Error};
use crate::person::{self, AsyncPerson, Person, Prompt, PromptAnswer, PromptKind};
use crate::request::{lengths, Texts};
use crate::secret::Secret;
use crate::sys;
use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::os::raw::c_void;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::pin::Pin;
use std::ptr::null;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

type Values = Vec<(String, Secret)>;
type Said = Result<Values, Refusal>;

/// Why there is no answer.
struct Refusal {
    status: sys::pgiam_status,
    message: String,
}

/// A question of the library's: finished once, and declined if it is dropped before.
struct Question {
    library: &'static sys::Library,
    handle: *mut sys::pgiam_question,
}

// SAFETY: it may be finished on any thread.
unsafe impl Send for Question {}

impl Question {
    fn finish(mut self, said: Said) {
        let said = said.and_then(|values| {
            let pairs = || values.iter().map(|(key, value)| (key.as_str(), value.expose()));
            let mut texts = Texts::with_room_for(lengths(pairs()));
            let options = texts.pairs(pairs()).map_err(|error| Refusal {
                status: sys::PGIAM_E_INVALID_ARGUMENT,
                message: error.message().to_string(),
            })?;
            Ok((options, texts))
        });
        let (library, handle) = (self.library, std::mem::replace(&mut self.handle, std::ptr::null_mut()));
        // SAFETY: the handle is ours, and gone after this; texts are copied.
        unsafe {
            match said {
                Ok((options, _texts)) => {
                    (library.question_answer)(handle, options.as_ptr(), options.len());
                }
                Err(refusal) => {
                    let words = refusal.message.replace('\0', " ");
                    let mut texts = Texts::with_room_for([words.len()].into_iter());
                    let message = texts.put("the message", &words).unwrap_or(null());
                    (library.question_decline)(handle, refusal.status, message);
                }
            }
        }
    }
}

impl Drop for Question {
    fn drop(&mut self) {
        if !self.handle.is_null() {
            // SAFETY: ours, and not finished yet.
            unsafe { (self.library.question_decline)(self.handle, sys::PGIAM_E_CANCELLED, null()) }
        }
    }
}

/// How an answer is come by.
enum Work {
    Blocking(Box<dyn FnOnce() -> Said + Send>),
    Awaited(BoxFuture<'static, Said>),
}

/// A question whose answer a task awaits.
pub(crate) struct Pending {
    question: Option<Question>,
    work: BoxFuture<'static, Said>,
}

impl Pending {
    /// Whether it has been answered.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        let work = &mut self.work;
        let said = match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
            Ok(Poll::Pending) => return false,
            Ok(Poll::Ready(said)) => said,
            Err(panic) => Err(panicked(panic)),
        };
        if let Some(question) = self.question.take() {
            question.finish(said);
        }
        true
    }
}

thread_local! {
    /// Where this thread's questions are put while a task's operation may ask; else they are answered at once.
    static DESK: RefCell<Option<Vec<Pending>>> = RefCell::new(None);
}

/// Calls the library for a task; what it asks to be awaited comes to `pending`.
pub(crate) fn for_task<T>(pending: &mut Vec<Pending>, call: impl FnOnce() -> T) -> T {
    DESK.with(|desk| desk.replace(Some(Vec::new())));
    let result = call();
    let asked = DESK.with(|desk| desk.take());
    pending.extend(asked.into_iter().flatten());
    result
}

fn put(question: Question, work: Work) {
    let is_for_task = DESK.with(|desk| desk.borrow().is_some());
    match work {
        Work::Blocking(work) if is_for_task => {
            // If there is no thread to be had, the question is dropped, and declined by that.
            let answer = move || question.finish(said_by(work));
            let _ = thread::Builder::new().name("pgiam-question".into()).spawn(answer);
        }
        Work::Blocking(work) => question.finish(said_by(work)),
        Work::Awaited(work) if is_for_task => {
            let pending = Pending { question: Some(question), work };
            DESK.with(|desk| desk.borrow_mut().as_mut().expect("there is one").push(pending));
        }
        Work::Awaited(work) => question.finish(said_by(move || block_on(work))),
    }
}

fn said_by(work: impl FnOnce() -> Said) -> Said {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(panicked(panic)))
}

fn panicked(panic: Box<dyn Any + Send>) -> Refusal {
    let words = (panic.downcast_ref::<&str>().copied())
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no words");
    Refusal { status: sys::PGIAM_E_INTERNAL, message: format!("the program's own code panicked: {}", words) }
}

fn block_on<T>(mut work: BoxFuture<'_, T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    loop {
        match work.as_mut().poll(&mut cx) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

// ---- Credentials of the program's own ----

/// Answers one request's question for them.
pub(crate) struct Supplier {
    provider: Provider,
    failure: Arc<Mutex<Option<Arc<BoxError>>>>,
}

impl Supplier {
    pub(crate) fn of(provider: &Provider) -> Box<Supplier> {
        Box::new(Supplier { provider: provider.clone(), failure: Arc::default() })
    }

    /// It has to live as long as what is made of the request.
    pub(crate) fn join(&self, request: &mut sys::pgiam_request) {
        request.credentials = Some(asked_for_credentials);
        request.credentials_user_data = (self as *const Supplier as *mut Supplier).cast();
    }

    /// What the source failed with.
    pub(crate) fn failure(&self) -> Option<Arc<BoxError>> {
        self.failure.lock().unwrap_or_else(|broken| broken.into_inner()).clone()
    }

    fn work(&self) -> Work {
        let failure = self.failure.clone();
        match &self.provider.source {
            Source::Blocking(source) => {
                let source = source.clone();
                Work::Blocking(Box::new(move || judged(source.credentials().map(|keys| keys.0), &failure)))
            }
            Source::Awaited(source) => {
                let source = source.clone();
                Work::Awaited(Box::pin(async move { judged(source.credentials().await.map(|keys| keys.0), &failure) }))
            }
        }
    }
}

fn judged(given: Result<Values, BoxError>, keep: &Mutex<Option<Arc<BoxError>>>) -> Said {
    given.map_err(|error| {
        let refusal = match error.downcast_ref::<Error>() {
            Some(ours) => Refusal { status: status_number(ours.status()), message: ours.message().to_string() },
            None => Refusal { status: sys::PGIAM_E_NO_CREDENTIALS, message: error.to_string() },
        };
        *keep.lock().unwrap_or_else(|broken| broken.into_inner()) = Some(Arc::new(error));
        refusal
    })
}

fn status_number(name: &str) -> sys::pgiam_status {
    let named = sys::library().ok().and_then(|library| (1..400).find(|status| status_name(library, *status) == name));
    named.unwrap_or(sys::PGIAM_E_NO_CREDENTIALS)
}

unsafe extern "C" fn asked_for_credentials(
    supplier: *mut c_void,
    _prompt: *const sys::pgiam_prompt,
    question: *mut sys::pgiam_question,
) {
    if let Some(question) = received(question) {
        put(question, (*(supplier as *const Supplier)).work());
    }
}

unsafe fn received(handle: *mut sys::pgiam_question) -> Option<Question> {
    let library = sys::library().ok()?;
    (!handle.is_null()).then(|| Question { library, handle })
}

// ---- A person ----

#[derive(Clone)]
pub(crate) enum Asker {
    Blocking(Arc<dyn Person>),
    Awaited(Arc<dyn AsyncPerson>),
}

/// The library's callback of a context; user data is the `Asker`.
pub(crate) unsafe extern "C" fn asked_for_person(
    asker: *mut c_void,
    prompt: *const sys::pgiam_prompt,
    question: *mut sys::pgiam_question,
) {
    let asker = (*(asker as *const Asker)).clone();
    let prompt = person::read(&*prompt);
    let (question, prompt) = match (received(question), prompt) {
        (Some(question), Some(prompt)) => (question, prompt),
        (Some(question), None) => {
            let message = "this program does not know what is asked".to_string();
            return question.finish(Err(Refusal { status: sys::PGIAM_E_UNSUPPORTED, message }));
        }
        (None, prompt) => return told_only(asker, prompt),
    };
    let title = prompt.title.clone();
    put(
        question,
        match asker {
            Asker::Blocking(person) => Work::Blocking(Box::new(move || values_of(person.ask(prompt), &title))),
            Asker::Awaited(person) => {
                Work::Awaited(Box::pin(async move { values_of(person.ask(prompt).await, &title) }))
            }
        },
    );
}

/// That a prompt is over. What would have to be awaited is polled once.
fn told_only(asker: Asker, prompt: Option<Prompt>) {
    let prompt = match prompt {
        Some(prompt) if prompt.kind == PromptKind::Close => prompt,
        _ => return,
    };
    let _ = catch_unwind(AssertUnwindSafe(|| match &asker {
        Asker::Blocking(person) => drop(person.ask(prompt)),
        Asker::Awaited(person) => {
            let mut told: Pin<Box<dyn Future<Output = PromptAnswer> + Send + '_>> = person.ask(prompt);
            struct Nobody;
            impl Wake for Nobody {
                fn wake(self: Arc<Self>) {}
            }
            drop(told.as_mut().poll(&mut Context::from_waker(&Waker::from(Arc::new(Nobody)))));
        }
    }));
}

fn values_of(answer: PromptAnswer, title: &str) -> Said {
    match answer {
        PromptAnswer::Shown => Ok(Vec::new()),
        PromptAnswer::Code(code) => Ok(vec![("answer".to_string(), code)]),
        PromptAnswer::Declined(why) => {
            let message = if why.is_empty() { format!("the question was declined: {}", title) } else { why };
            Err(Refusal { status: sys::PGIAM_E_LOGIN_DECLINED, message })
        }
    }
}
