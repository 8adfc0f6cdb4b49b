//! Credentials of the AWS SDK's, `ProvideCredentials`, as a provider of pgiam's.

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use pgiam::{BoxError, Keys, Provider};

/// For `aws_config::load_from_env().await.credentials_provider()`, say. Make one, and use it for all requests.
pub fn provider(source: SharedCredentialsProvider) -> Provider {
    Provider::new_async(move || {
        let source = source.clone();
        async move {
            let given = source.provide_credentials().await?;
            let mut keys = Keys::new(given.access_key_id(), given.secret_access_key());
            if let Some(token) = given.session_token() {
                keys = keys.session_token(token);
            }
            if let Some(when) = given.expiry() {
                keys = keys.expires_at(when);
            }
            Ok::<_, BoxError>(keys)
        }
    })
}
