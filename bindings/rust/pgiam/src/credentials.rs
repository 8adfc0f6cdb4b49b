//! Credentials of the program's own, in place of all that would be looked for.

use crate::error::BoxError;
use crate::secret::Secret;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// An access key and what belongs to it. No form of it shows a secret.
#[derive(Clone, Default)]
pub struct Keys(pub(crate) Vec<(String, Secret)>);

impl Keys {
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<Secret>) -> Keys {
        Keys(vec![
            ("access_key_id".into(), Secret::from(access_key_id.into())),
            ("secret_access_key".into(), secret_access_key.into()),
        ])
    }
    pub fn session_token(mut self, token: impl Into<Secret>) -> Keys {
        self.0.push(("session_token".into(), token.into()));
        self
    }
    /// They are asked for again ahead of it.
    pub fn expires_at(mut self, when: SystemTime) -> Keys {
        self.0.push(("expires_at".into(), Secret::from(rfc3339(when))));
        self
    }
    pub fn account_id(mut self, account: impl Into<String>) -> Keys {
        self.0.push(("account_id".into(), Secret::from(account.into())));
        self
    }
}

/// By their names in pgiam.h: access_key_id, secret_access_key, session_token, expires_at (RFC 3339), account_id.
impl<K: Into<String>, V: Into<Secret>> FromIterator<(K, V)> for Keys {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Keys {
        Keys(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.0.iter().find(|(key, _)| key == "access_key_id");
        f.debug_struct("Keys").field("access_key_id", &known.map(|(_, id)| id.expose())).finish_non_exhaustive()
    }
}

/// A source that may block. A closure is one: `|| Ok::<_, MyError>(Keys::new(id, secret))`.
pub trait Credentials: Send + Sync {
    fn credentials(&self) -> Result<Keys, BoxError>;
}

impl<F, E> Credentials for F
where
    F: Fn() -> Result<Keys, E> + Send + Sync,
    E: Into<BoxError>,
{
    fn credentials(&self) -> Result<Keys, BoxError> {
        self().map_err(Into::into)
    }
}

pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A source to be awaited. A closure that returns a future is one. For an SDK's `ProvideCredentials` see the README.
pub trait AsyncCredentials: Send + Sync {
    fn credentials(&self) -> BoxFuture<'_, Result<Keys, BoxError>>;
}

impl<F, Fut, E> AsyncCredentials for F
where
    F: Fn() -> Fut + Send + Sync,
    Fut: Future<Output = Result<Keys, E>> + Send + 'static,
    E: Into<BoxError>,
{
    fn credentials(&self) -> BoxFuture<'_, Result<Keys, BoxError>> {
        let asked = self();
        Box::pin(async move { asked.await.map_err(Into::into) })
    }
}

/// A source with a name for whoever it belongs to: what it gives is kept under that, and asked for again ahead of its
/// end. Make one and use it for all requests; another one is another's.
#[derive(Clone)]
pub struct Provider {
    pub(crate) source: Source,
    pub(crate) identity: Arc<str>,
}

#[derive(Clone)]
pub(crate) enum Source {
    Blocking(Arc<dyn Credentials>),
    Awaited(Arc<dyn AsyncCredentials>),
}

impl Provider {
    /// In an async call it is asked on a thread of its own, so that the executor goes on.
    pub fn new(source: impl Credentials + 'static) -> Provider {
        Provider::of(Source::Blocking(Arc::new(source)))
    }
    /// In an async call it is polled by the task that waits for the token.
    pub fn new_async(source: impl AsyncCredentials + 'static) -> Provider {
        Provider::of(Source::Awaited(Arc::new(source)))
    }
    /// A name of your own: two with the same name share what they have been given.
    pub fn identity(mut self, name: impl Into<String>) -> Provider {
        self.identity = name.into().into();
        self
    }

    fn of(source: Source) -> Provider {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let identity = format!("rust:{}", COUNT.fetch_add(1, Ordering::Relaxed));
        Provider { source, identity: identity.into() }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("identity", &self.identity).finish_non_exhaustive()
    }
}

/// "2026-01-02T03:04:05Z"
fn rfc3339(when: SystemTime) -> String {
    let seconds = when.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Years that begin in March have the leap day at their end.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", year, month, day, hour, minute, second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn times_are_told_as_the_library_reads_them() {
        for (seconds, told) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_767_323_045, "2026-01-02T03:04:05Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
        ] {
            assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), told);
        }
    }

    #[test]
    fn keys_show_no_secret() {
        let keys = Keys::new("AKIA", "the secret").session_token("the token");
        assert_eq!(format!("{:?}", keys), "Keys { access_key_id: Some(\"AKIA\"), .. }");
    }
}
