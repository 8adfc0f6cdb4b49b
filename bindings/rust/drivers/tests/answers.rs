//! What needs no server: answers by tokio's reactor, and credentials of the AWS SDK's. PGIAM_LIBRARY names the library.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::Credentials;
use pgiam::{Context, Keys, Provider, Request};
use std::time::{Duration, SystemTime};

const HOST: &str = "orders.c9akciq32xyz.eu-west-1.rds.amazonaws.com";

fn context() -> Context {
    Context::new([("cache", "memory")]).expect("a context")
}

#[tokio::test]
async fn an_answer_by_tokios_reactor_lets_other_tasks_run() {
    let (context, mut ticks) = (context(), 0);
    // It blocks, so that it is asked on a thread of its own, and the descriptor has to tell of it.
    let provider = Provider::new(|| {
        std::thread::sleep(Duration::from_millis(300));
        Ok::<_, pgiam::Error>(Keys::new("AKIASLOW", "secret"))
    });
    let request = Request::new(HOST, "app").credentials(&provider);
    let answered = pgiam_drivers::tokio::answer(&context, &request);
    tokio::pin!(answered);
    let answer = loop {
        tokio::select! {
            answer = &mut answered => break answer.expect("an answer"),
            _ = tokio::time::sleep(Duration::from_millis(5)) => ticks += 1,
        }
    };
    assert!(ticks > 5 && answer.token.expose().contains("Credential=AKIASLOW%2F"));
    let at_hand = pgiam_drivers::tokio::answer(&context, &request).await.expect("an answer");
    assert!(at_hand.from_cache);
    // The crate's own futures do in tokio as well.
    assert!(context.token_async(&request).await.is_ok());
}

#[tokio::test]
async fn credentials_of_the_sdks_sign() {
    let expiry = SystemTime::now() + Duration::from_secs(3600);
    let given = Credentials::new("ASIASDK", "secret", Some("session token".into()), Some(expiry), "the test");
    let provider = pgiam_drivers::aws::provider(SharedCredentialsProvider::new(given));
    let token = context().token_async(&Request::new(HOST, "app").credentials(&provider)).await.expect("a token");
    assert!(token.expose().contains("Credential=ASIASDK%2F") && token.expose().contains("session%20token"));
}

#[test]
fn the_log_goes_to_the_crate_log() {
    pgiam_drivers::log::forward(pgiam::Level::Warn, "a component", "a message");
    // to nobody, and no harm
}
