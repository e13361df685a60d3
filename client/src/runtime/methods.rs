//! What every call has beside its parameters, said once. rustdoc shows it as if it stood at each call. The surface that
//! xtask prints expands these macros, too: each has one arm.

/// How a call is awaited, and what the mock server knows of it.
macro_rules! call {
    ($call:ident, $answer:ty) => {
        impl<'a> ::std::future::IntoFuture for $call<'a> {
            type Output = ::std::result::Result<crate::Response<$answer>, crate::Error>;
            type IntoFuture = crate::CallFuture<'a, $answer>;

            #[inline]
            fn into_future(self) -> Self::IntoFuture {
                self.send()
            }
        }

        #[cfg(feature = "mock")]
        impl crate::mock::Call for $call<'_> {
            type Answer = $answer;
            const OPERATION: crate::Operation = Self::OPERATION;
        }
    };
}

/// The timeout of a call.
macro_rules! timeout {
    () => {
        /// Sets how long this call may take as a whole, as [`ClientBuilder::timeout`](crate::ClientBuilder::timeout)
        /// does.
        #[inline]
        pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
            self.call.timeout(timeout);
            self
        }
    };
}

/// The retries of a call.
macro_rules! retry {
    () => {
        /// Sets when this call is sent again, as [`ClientBuilder::retry`](crate::ClientBuilder::retry) does.
        #[inline]
        pub fn retry(mut self, policy: crate::RetryPolicy) -> Self {
            self.call.retry(policy);
            self
        }
    };
}

/// The headers of a call.
macro_rules! header {
    () => {
        /// Adds a header to this call, such as `traceparent`. An invalid name or value is an error of
        /// [`send`](Self::send).
        pub fn header(mut self, name: impl ::std::convert::AsRef<str>, value: impl ::std::convert::AsRef<str>) -> Self {
            self.call.header(name.as_ref(), value.as_ref());
            self
        }
    };
}

/// The fixture of a type.
macro_rules! fixture {
    ($name:ident, $json:literal) => {
        #[cfg(feature = "mock")]
        impl crate::mock::Fixture for $name {
            const JSON: &'static str = $json;
        }

        #[cfg(feature = "mock")]
        impl $name {
            /// Makes an example for tests: what may be null is null, lists are empty, and all else is the least that
            /// the API's description allows. [`mock::fixture`](crate::mock::fixture) makes one with other values.
            pub fn fixture() -> Self {
                crate::mock::fixture(::serde_json::Value::Null)
            }
        }
    };
}

pub(crate) use {call, fixture, header, retry, timeout};
