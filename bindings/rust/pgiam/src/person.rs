//! A person who is asked for what only they know.

use crate::credentials::BoxFuture;
use crate::error;
use crate::secret::Secret;
use crate::sys;
use std::future::Future;
use std::time::Duration;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PromptKind {
    /// Show url and code; the answer is `Shown`.
    DeviceLogin,
    /// Answer with the code.
    MfaCode,
    /// The prompt with this id is over: close its window. The answer is passed over.
    Close,
}

/// What to show.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Prompt {
    pub kind: PromptKind,
    pub id: u32,
    pub title: String,
    /// Account, role or MFA device.
    pub subject: String,
    pub url: String,
    /// The same with the code filled in.
    pub url_complete: String,
    pub user_code: String,
    pub expires_in: Option<Duration>,
    /// The answer before was wrong …
    pub is_retry: bool,
    /// … and one more locks the device.
    pub is_final_try: bool,
}

#[derive(Clone, Debug)]
pub enum PromptAnswer {
    Shown,
    Code(Secret),
    /// Why, which the error then says; "": nothing.
    Declined(String),
}

/// Who asks the person. A closure is one.
pub trait Person: Send + Sync {
    fn ask(&self, prompt: Prompt) -> PromptAnswer;
}

impl<F: Fn(Prompt) -> PromptAnswer + Send + Sync> Person for F {
    fn ask(&self, prompt: Prompt) -> PromptAnswer {
        self(prompt)
    }
}

pub trait AsyncPerson: Send + Sync {
    fn ask(&self, prompt: Prompt) -> BoxFuture<'_, PromptAnswer>;
}

impl<F, Fut> AsyncPerson for F
where
    F: Fn(Prompt) -> Fut + Send + Sync,
    Fut: Future<Output = PromptAnswer> + Send + 'static,
{
    fn ask(&self, prompt: Prompt) -> BoxFuture<'_, PromptAnswer> {
        Box::pin(self(prompt))
    }
}

/// `None`: of a kind that this crate does not know.
///
/// # Safety
/// `raw` is the library's, and lives during the call.
pub(crate) unsafe fn read(raw: &sys::pgiam_prompt) -> Option<Prompt> {
    let kind = match raw.kind {
        sys::PGIAM_PROMPT_DEVICE_LOGIN => PromptKind::DeviceLogin,
        sys::PGIAM_PROMPT_MFA_CODE => PromptKind::MfaCode,
        sys::PGIAM_PROMPT_CLOSE => PromptKind::Close,
        _ => return None,
    };
    let known = u64::try_from(raw.expires_in_ms).ok().filter(|left| *left != 0);
    Some(Prompt {
        kind,
        id: raw.id,
        title: error::text(raw.title),
        subject: error::text(raw.subject),
        url: error::text(raw.url),
        url_complete: error::text(raw.url_complete),
        user_code: error::text(raw.user_code),
        expires_in: known.map(Duration::from_millis),
        is_retry: raw.flags & sys::PGIAM_PROMPT_FLAG_RETRY != 0,
        is_final_try: raw.flags & sys::PGIAM_PROMPT_FLAG_FINAL_TRY != 0,
    })
}
