//! The corpus through the Rust crate; see corpus/README.md.

use pgiam::{Answer, BoxFuture, Context, Error, Keys, Options, Params, PromptAnswer, Provider, Request, Secret, Step};
use pgiam_tests::json::{object, parse, Json};
use pgiam_tests::wait::{block_on, Race};
use std::io::{stdin, BufRead};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

fn main() {
    for line in stdin().lock().lines() {
        let case = parse(&line.expect("a line"));
        println!("{}", run(&case).unwrap_or_else(|error| object([("error", described_error(&error))])));
    }
}

fn run(case: &Json) -> Result<Json, Error> {
    let asked = case.get("request").expect("a request");
    if case.text("call") == Some("conninfo") {
        let keywords = pgiam::parse_conninfo(asked.text("conninfo").unwrap_or(""))?;
        return Ok(object([("keywords", described_params(&keywords))]));
    }
    let mut options: Options = case.texts("context").into_iter().collect();
    if let Some(person) = case.get("person") {
        let person = Program::of(person);
        options = options.prompt_async(move |_| person.clone().word());
    }
    let context = Context::new(options)?;
    let program = asked.get("credentials").map(Program::of);
    let request = request(asked, program.as_ref())?;
    if case.get("warm").is_some() {
        follow(&context, &request, &[object([])]);
    }
    if case.text("call") == Some("attempt") {
        let outcomes = case.get("outcomes").map_or(&[][..], Json::items);
        return Ok(follow(&context, &request, outcomes));
    }
    let fetch = context.answer_async(&request);
    let answer = match program.filter(|_| case.get("cancel").is_some()) {
        // What is dropped tells nothing: these are the library's words.
        Some(program) => block_on(Race(fetch, || program.is_asked()))
            .unwrap_or_else(|| Err(Error::new("CANCELLED", "", "cancelled"))),
        None => block_on(fetch),
    }?;
    Ok(object([("answer", described_answer(&answer))]))
}

fn request(asked: &Json, program: Option<&Program>) -> Result<Request, Error> {
    let port = match asked.get("port") {
        Some(Json::Number(port)) => (*port)
            .try_into()
            .map_err(|_| Error::new("INVALID_ARGUMENT", "", format!("port is {}, not a number up to 65535", port)))?,
        _ => 0,
    };
    let text = |key| asked.text(key).unwrap_or("").to_string();
    let mut request = Request {
        conninfo: asked.text("conninfo").map(str::to_string),
        keywords: asked.texts("keywords"),
        options: asked.texts("options"),
        can_apply: asked.text("can_apply").map(str::to_string),
        ..Request::new(text("host"), text("user")).port(port)
    };
    if let Some(password) = asked.text("password") {
        request = request.keyword("password", password);
    }
    if let Some(program) = program {
        let program = program.clone();
        request = request.credentials(&Provider::new_async(move || program.clone().keys()));
    }
    Ok(request)
}

/// What the program of a case does when it is asked for its credentials, or a person for a word.
#[derive(Clone)]
struct Program {
    given: Arc<Json>,
    is_asked: Arc<AtomicBool>,
}

impl Program {
    fn of(given: &Json) -> Program {
        Program { given: Arc::new(given.clone()), is_asked: Arc::default() }
    }

    fn is_asked(&self) -> bool {
        self.is_asked.load(Ordering::SeqCst)
    }

    fn keys(self) -> BoxFuture<'static, Result<Keys, Error>> {
        Box::pin(async move {
            self.is_asked.store(true, Ordering::SeqCst);
            if self.given.get("never").is_some() {
                std::future::pending::<()>().await;
            }
            if let (Some(status), Some(message)) = (self.given.text("status"), self.given.text("declines")) {
                return Err(Error::new(status, "", message));
            }
            Ok(self.given.texts("values").iter().map(|(key, value)| (key.as_str(), value.as_str())).collect())
        })
    }

    fn word(self) -> BoxFuture<'static, PromptAnswer> {
        Box::pin(async move {
            if self.given.get("never").is_some() {
                std::future::pending::<()>().await;
            }
            if let Some(why) = self.given.text("declines") {
                return PromptAnswer::Declined(why.to_string());
            }
            let values = self.given.get("values").cloned().unwrap_or(Json::Null);
            values.text("answer").map_or(PromptAnswer::Shown, |code| PromptAnswer::Code(Secret::from(code)))
        })
    }
}

/// An attempt as a driver's helper makes it, with the case's outcomes in the place of a driver.
fn follow(context: &Context, request: &Request, outcomes: &[Json]) -> Json {
    let mut connects = Vec::new();
    let end = match steps(context, request, outcomes, &mut connects) {
        Ok(is_done) => ("done", Json::Bool(is_done)),
        Err(error) => ("error", described_error(&error)),
    };
    object([end, ("connects", Json::List(connects))])
}

fn steps(context: &Context, request: &Request, outcomes: &[Json], connects: &mut Vec<Json>) -> Result<bool, Error> {
    let mut attempt = context.attempt(request)?;
    while let Step::Connect(params) = attempt.next()? {
        connects.push(described_params(&params));
        let told = match outcomes.get(connects.len() - 1) {
            Some(told) => told,
            None => return Ok(false),
        };
        match told.text("message") {
            Some(message) => attempt.failed(message, told.text("sqlstate")),
            None => attempt.connected(),
        }
    }
    Ok(true)
}

// ---- What comes out ----

fn described_error(error: &Error) -> Json {
    object([
        ("status", error.status().into()),
        ("message", error.message().into()),
        ("hint", error.hint().into()),
        ("code", error.code().into()),
        ("provider", error.provider().into()),
        ("sqlstate", error.sqlstate().into()),
        ("retryable", Json::Bool(error.is_retryable())),
        ("commands", Json::List(error.commands().iter().map(|command| command.as_str().into()).collect())),
        ("causes", Json::List(error.causes().iter().map(described_error).collect())),
    ])
}

fn described_params(params: &Params) -> Json {
    Json::Object(params.iter().map(|(key, value)| (key.to_string(), value.into())).collect())
}

fn described_answer(answer: &Answer) -> Json {
    let expires = answer.expires_at.and_then(|when| when.duration_since(UNIX_EPOCH).ok());
    object([
        ("token", answer.token.expose().into()),
        ("params", described_params(&answer.params)),
        ("host", answer.host.as_str().into()),
        ("port", Json::Number(answer.port.into())),
        ("region", answer.region.as_str().into()),
        ("provider", answer.provider.as_str().into()),
        ("target", answer.target.as_str().into()),
        ("rule", answer.rule.as_str().into()),
        ("expires_at_ms", Json::Number(expires.map_or(0, |since| since.as_millis() as i64))),
        ("warnings", Json::List(answer.warnings.iter().map(described_error).collect())),
    ])
}
