//! trial NAME: one of the trials of test_trials.py; what does not hold is a panic.

use pgiam::{Context, Error, Keys, Level, Options, Provider, Request, Secret, Step};
use pgiam_tests::wait::{block_on, block_on_all, unparking_waker, Later, Race};
use pgiam_tests::world::*;
use std::error::Error as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{self, Poll};
use std::thread;
use std::time::Duration;

const TRIALS: &[(&str, fn())] = &[
    ("forms_show_no_secret", forms_show_no_secret),
    ("errors_tell_what_was_tried", errors_tell_what_was_tried),
    ("threads_share_a_fetch", threads_share_a_fetch),
    ("tasks_share_a_fetch_and_take_no_threads", tasks_share_a_fetch_and_take_no_threads),
    ("many_slow_profiles", many_slow_profiles),
    ("dropped_futures_leave_nothing", dropped_futures_leave_nothing),
    ("time_is_limited", time_is_limited),
    ("an_event_loop_of_ones_own", an_event_loop_of_ones_own),
    ("attempts_wait_for_tasks", attempts_wait_for_tasks),
    ("sources_of_the_programs_own", sources_of_the_programs_own),
    ("a_blocking_source_does_not_hold_a_task", a_blocking_source_does_not_hold_a_task),
    ("who_is_asked_may_go", who_is_asked_may_go),
    ("failures_of_a_source_are_the_cause", failures_of_a_source_are_the_cause),
    ("the_log_goes_to_the_program", the_log_goes_to_the_program),
    ("nothing_is_lost", nothing_is_lost),
];

fn main() {
    let name = std::env::args().nth(1).unwrap_or_default();
    match TRIALS.iter().find(|(known, _)| *known == name) {
        Some((_, trial)) => trial(),
        None => TRIALS.iter().for_each(|(known, _)| println!("{}", known)),
    }
}

fn is_for_every_thread<T: Send + Sync>(_: &T) {}

fn forms_show_no_secret() {
    let context = context();
    is_for_every_thread(&context);
    let answer = context.answer(&request()).expect("an answer");
    is_for_every_thread(&answer);
    let asked = Request::from_conninfo("password=sesame").keyword("password", "sesame");
    let keys = Keys::new("AKIA", "sesame").session_token("sesame");
    let shown = format!("{:?} {:#?} {:?} {:?} {:?}", answer, answer.params, answer.token, asked, keys);
    for secret in ["X-Amz", "sesame"] {
        assert!(!shown.contains(secret), "{}", shown);
    }
    assert!(answer.token.expose().contains("X-Amz-Signature="));
    assert_eq!(answer.params.get("password"), Some(answer.token.expose()));
    assert!(context.answer(&request()).expect("a second").from_cache);
}

fn errors_tell_what_was_tried() {
    let error = context().token(&request()).expect_err("no credentials");
    is_for_every_thread(&error);
    assert_eq!(error.status(), "NO_CREDENTIALS");
    assert!(!error.hint().is_empty() && !error.is_retryable());
    assert!(error.causes().iter().any(|cause| cause.provider() == "aws.environment"), "{:?}", error.causes());
    assert!(error.to_string().contains("AWS_ACCESS_KEY_ID"), "{}", error);
    let error = block_on(context().token_async(&Request::new("localhost", "app"))).expect_err("not ours");
    assert!(error.is_not_applicable());
}

fn threads_share_a_fetch() {
    let context = context();
    let askers: Vec<_> =
        (0..32).map(|_| context.clone()).map(|context| thread::spawn(move || context.token(&request()))).collect();
    until(|| runs() == 1);
    open_gate();
    let tokens: Vec<Secret> =
        askers.into_iter().map(|asker| asker.join().expect("a thread").expect("a token")).collect();
    assert!(tokens.iter().all(|token| token.expose().starts_with(HOST)));
    assert_eq!(runs(), 1);
}

fn tasks_share_a_fetch_and_take_no_threads() {
    let context = context();
    let (threads_before, descriptors_before) = (threads(), descriptors());
    let tasks = (0..1000).map(|i| Box::pin(context.token_async(&Request::new(HOST, format!("user{}", i))))).collect();
    let opener = thread::spawn(move || {
        until(|| runs() == 1);
        thread::sleep(Duration::from_millis(200)); // all of them are under way, as far as a test can tell
                                                   // The library's own are 64 at most, then the poller and this one.
        assert!(threads() <= threads_before + 66, "{} threads", threads());
        assert!(descriptors() <= descriptors_before + 300, "{} descriptors", descriptors());
        open_gate();
    });
    let tokens = block_on_all(tasks);
    opener.join().expect("the counts");
    for (i, token) in tokens.iter().enumerate() {
        let token = token.as_ref().expect("a token");
        assert!(token.expose().contains(&format!("DBUser=user{}&", i)));
    }
    assert_eq!(runs(), 1);
}

fn many_slow_profiles() {
    let context = context();
    let ask = |i| Box::pin(context.token_async(&request().option("profile", format!("slow{}", i))));
    let opener = thread::spawn(|| {
        until(|| runs() == 24);
        open_gate();
    });
    let tokens = block_on_all((0..24).map(ask).collect());
    opener.join().expect("24 at once");
    assert!(tokens.iter().all(Result::is_ok));
}

fn dropped_futures_leave_nothing() {
    let context = context();
    let before = descriptors();
    let tasks = (0..300).map(|_| context.token_async(&request()));
    let tasks: Vec<_> = tasks.map(|task| block_on(Race(task, || true))).collect(); // polled once each, and dropped
    assert!(tasks.iter().all(Option::is_none));
    drop(context);
    until(|| threads() == 1 && descriptors() <= before + 1);
}

fn time_is_limited() {
    let context = context();
    let hasty = request().timeout(Duration::from_millis(700));
    assert_eq!(context.token(&hasty).expect_err("too slow").status(), "TIMEOUT");
    assert_eq!(block_on(context.token_async(&hasty)).expect_err("too slow").status(), "TIMEOUT");
}

fn an_event_loop_of_ones_own() {
    let context = context();
    let mut operation = context.start(&request()).expect("an operation");
    assert!(operation.descriptor().expect("a descriptor") > 2);
    let waker = unparking_waker();
    let mut cx = task::Context::from_waker(&waker);
    assert!(operation.poll_answer(&mut cx).is_pending());
    open_gate();
    loop {
        if let Poll::Ready(answer) = operation.poll_answer(&mut cx) {
            return assert_eq!(answer.expect("an answer").host, HOST);
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn attempts_wait_for_tasks() {
    let context = context();
    let asked = Request::default().keyword("host", HOST).keyword("user", "app").can_apply("*");
    let mut attempt = context.attempt(&asked).expect("an attempt");
    let opener = thread::spawn(|| {
        until(|| runs() == 1);
        open_gate();
    });
    match block_on(attempt.next_async()).expect("a step") {
        Step::Connect(params) => assert!(params.get("password").map_or(false, |token| token.starts_with(HOST))),
        Step::Done => panic!("nothing was reported yet"),
    }
    opener.join().expect("a fetch");
    attempt.connected();
    assert!(matches!(attempt.next(), Ok(Step::Done)));
}

// ---- Credentials of the program's own ----

fn signed_by(token: &Secret) -> String {
    let (_, after) = token.expose().split_once("X-Amz-Credential=").expect("a token");
    after.split('%').next().unwrap_or_default().to_string()
}

fn sources_of_the_programs_own() {
    let context = context();
    let asked = Arc::new(AtomicUsize::new(0));
    let counting = |name: &'static str| {
        let asked = asked.clone();
        Provider::new(move || {
            asked.fetch_add(1, Ordering::SeqCst);
            Ok::<_, Error>(Keys::new(name, "secret").session_token("session"))
        })
    };
    let (one, other) = (counting("ASIAONE"), counting("ASIAOTHER"));
    for (provider, name) in [(&one, "ASIAONE"), (&other, "ASIAOTHER"), (&one, "ASIAONE")] {
        assert_eq!(signed_by(&context.token(&request().credentials(provider)).expect("a token")), name);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
    let threaded = counting("ASIATHREAD");
    let token = block_on(context.token_async(&request().credentials(&threaded))).expect("a token");
    assert_eq!(signed_by(&token), "ASIATHREAD");

    let awaited = || {
        Provider::new_async(|| async {
            Later(3).await;
            Ok::<_, Error>(Keys::new("AKIAAWAITED", "secret"))
        })
    };
    let token = block_on(context.token_async(&request().credentials(&awaited()))).expect("a token");
    assert_eq!(signed_by(&token), "AKIAAWAITED");
    // Where a thread waits, it awaits what it asked for.
    assert_eq!(signed_by(&context.token(&request().credentials(&awaited())).expect("a token")), "AKIAAWAITED");
}

fn a_blocking_source_does_not_hold_a_task() {
    let context = context();
    let is_open = Arc::new(AtomicBool::new(false));
    let gate = is_open.clone();
    let provider = Provider::new(move || {
        until(|| gate.load(Ordering::SeqCst));
        Ok::<_, Error>(Keys::new("AKIA", "secret"))
    });
    let mut fetch = context.token_async(&request().credentials(&provider));
    let waker = unparking_waker();
    let mut cx = task::Context::from_waker(&waker);
    for _ in 0..20 {
        assert!(Pin::new(&mut fetch).poll(&mut cx).is_pending());
    }
    is_open.store(true, Ordering::SeqCst);
    block_on(fetch).expect("a token");
}

fn who_is_asked_may_go() {
    let context = context();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let provider = Provider::new_async(move || {
        let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        async move {
            if first {
                std::future::pending::<()>().await; // and then it is dropped
            }
            Ok::<_, Error>(Keys::new("AKIA", "secret"))
        }
    });
    let first = context.token_async(&request().credentials(&provider));
    let second = context.token_async(&request().credentials(&provider));
    assert!(block_on(Race(first, || asked.load(Ordering::SeqCst) == 1)).is_none());
    assert_eq!(signed_by(&block_on(second).expect("a token")), "AKIA");
}

fn failures_of_a_source_are_the_cause() {
    let context = context();
    let closed = || Err::<Keys, _>(std::io::Error::new(std::io::ErrorKind::Other, "the vault is closed"));
    for provider in [Provider::new(closed), Provider::new_async(move || async move { closed() })] {
        let asked = request().credentials(&provider);
        for error in
            [context.token(&asked), block_on(context.token_async(&asked))].map(|token| token.expect_err("no keys"))
        {
            assert_eq!(error.status(), "NO_CREDENTIALS");
            assert!(error.to_string().contains("the vault is closed"), "{}", error);
            assert!(error.source().map_or(false, |source| source.is::<std::io::Error>()), "{:?}", error.source());
        }
    }
    let broken = Provider::new(|| -> Result<Keys, Error> { panic!("no vault at all") });
    let error = context.token(&request().credentials(&broken)).expect_err("a panic");
    assert!(error.to_string().contains("no vault at all"), "{}", error);
}

// ---- Logs, and what is left behind ----

fn the_log_goes_to_the_program() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let kept = lines.clone();
    let options = Options::new().set("cache", "memory").log(Level::Debug, move |level, component, message| {
        kept.lock().expect("the list").push((level, format!("{}: {}", component, message)));
    });
    let context = Context::new(options).expect("a context");
    let answer = context.answer(&request().option("region", "us-east-2")).expect("an answer");
    assert_eq!(answer.warnings.len(), 1);
    assert!(answer.warnings[0].message().contains("us-east-2"));
    let lines = lines.lock().expect("the list");
    assert!(lines.iter().any(|(level, line)| *level == Level::Warn && line.contains("us-east-2")), "{:?}", lines);
    assert!(lines.iter().all(|(_, line)| !line.contains("X-Amz-Signature") && !line.contains("secret of")));
}

fn nothing_is_lost() {
    let count = if std::env::var_os("PGIAM_TEST_LONG").is_some() { 200_000 } else { 20_000 };
    let context = context();
    let many = |count: usize| {
        for i in 0..count {
            let asked = Request::new(HOST, format!("user{}", i % 300));
            if i % 2 == 0 {
                context.token(&asked).expect("a token");
            } else {
                block_on(context.token_async(&asked)).expect("a token");
            }
            drop(context.start(&asked).expect("an operation"));
        }
        (threads(), descriptors(), resident_bytes())
    };
    let before = many(5_000);
    let after = many(count);
    assert!(after.0 <= before.0 + 64, "threads: {:?}, {:?}", before, after); // the library's own come and go
    until(|| descriptors() <= before.1); // a thread of the library's may be about to let go of one
    assert!(after.2 < before.2 + (8 << 20), "bytes: {:?}, {:?}", before, after);
    println!("threads, descriptors, bytes: {:?} {:?}", before, after);
}
