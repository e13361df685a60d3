//! Lists that come in pages, as streams.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde_json::Value;

use crate::error::{Error, PageAt, Reason, Unreadable};
use crate::made_good::MadeGood;
use crate::operation::Operation;
use crate::response::{Boxed, Response};

/// The field of a page that has the items.
pub(crate) const ITEMS: &str = "data";

/// What the API begins with where no page is asked for.
const FIRST_PAGE: i64 = 1;

/// How many pages in a row may be empty before the list is taken for one without an end.
const MOST_EMPTY: usize = 20;

/// A stream of the pages of a list. See, for example, [`ListBackups::pages`](crate::calls::ListBackups::pages).
///
/// It is a [`futures_core::Stream`], so the adapters of futures or tokio-stream work on it; without them,
/// there is [`next`](Self::next). It may be dropped at any time.
///
/// A page whose `next_page` is not after it, and 20 empty pages in a row that each name a next one, end the stream with
/// an [`Error::Unreadable`] instead of looping.
#[must_use = "a stream sends nothing until it is polled"]
pub struct Pages<'a, P> {
    operation: Operation,
    call: Box<dyn FnMut(Option<PageAt>) -> Boxed<'a, P> + Send + 'a>,
    next_of: NextOf<P>,
    /// How many pages in a row were empty.
    empty: usize,
    state: State<'a, P>,
}

/// Reads which page comes after one, and whether it is empty.
#[allow(dead_code, reason = "which of them there is depends on the spec and on features")]
pub(crate) enum NextOf<P> {
    Number(fn(&P) -> (Option<i64>, bool)),
    Cursor(fn(&P) -> (Option<String>, bool)),
}

impl<P> NextOf<P> {
    /// The page that a parameter of this value chooses.
    pub(crate) fn chosen(&self, value: &Value) -> Option<PageAt> {
        match self {
            Self::Number(_) => value.as_i64().map(PageAt::Number),
            Self::Cursor(_) => value.as_str().map(|cursor| PageAt::Cursor(cursor.to_owned())),
        }
    }

    fn read(&self, page: &P) -> (Option<PageAt>, bool) {
        match self {
            Self::Number(read) => {
                let (next, is_empty) = read(page);
                (next.map(PageAt::Number), is_empty)
            }
            Self::Cursor(read) => {
                let (next, is_empty) = read(page);
                (next.map(PageAt::Cursor), is_empty)
            }
        }
    }
}

enum State<'a, P> {
    /// To be asked for; nothing where the caller named no page to begin with.
    Next(Option<PageAt>),
    /// Asked for.
    Asked {
        page: Option<PageAt>,
        call: Boxed<'a, P>,
    },
    /// A page named one to come next, and cannot be followed.
    Broken(Box<Unreadable>),
    Ended,
}

impl<'a, P> Pages<'a, P> {
    /// The pages from `first` on. `call` asks for a page, `next_of` reads which one comes after it,
    /// and whether it is empty.
    #[allow(dead_code)] // Called where the spec has pages.
    pub(crate) fn new(
        operation: Operation,
        first: Option<PageAt>,
        call: impl FnMut(Option<PageAt>) -> Boxed<'a, P> + Send + 'a,
        next_of: NextOf<P>,
    ) -> Self {
        Self { operation, call: Box::new(call), next_of, empty: 0, state: State::Next(first) }
    }

    /// Returns the next page, or `None` after the last one.
    ///
    /// # Errors
    /// As the operation's `send`. Nothing comes after an error.
    pub async fn next(&mut self) -> Option<Result<Response<P>, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// What comes after an answer.
    fn after(&mut self, page: Option<PageAt>, answer: &Response<P>) -> State<'a, P> {
        let (next, is_empty) = self.next_of.read(answer);
        self.empty = if is_empty { self.empty + 1 } else { 0 };
        let Some(next) = next else { return State::Ended };
        let page = match (page, &next) {
            (None, PageAt::Number(_)) => Some(PageAt::Number(FIRST_PAGE)),
            (page, _) => page,
        };
        let reason = match page {
            Some(page) if !next.comes_after(&page) => Reason::NextPage { page, next },
            Some(page) if self.empty == MOST_EMPTY => Reason::EmptyPages { page, count: MOST_EMPTY },
            _ => return State::Next(Some(next)),
        };
        State::Broken(Box::new(Unreadable {
            operation: self.operation,
            target: None,
            status: answer.status(),
            headers: answer.headers().clone(),
            body: bytes::Bytes::new(),
            whole: bytes::Bytes::new(),
            reason,
        }))
    }
}

impl<P> Stream for Pages<'_, P> {
    type Item = Result<Response<P>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match std::mem::replace(&mut self.state, State::Ended) {
                State::Next(page) => {
                    let call = (self.call)(page.clone());
                    self.state = State::Asked { page, call };
                }
                State::Asked { page, mut call } => match call.as_mut().poll(context) {
                    Poll::Pending => {
                        self.state = State::Asked { page, call };
                        return Poll::Pending;
                    }
                    Poll::Ready(answer) => {
                        if let Ok(answer) = &answer {
                            self.state = self.after(page, answer);
                        }
                        return Poll::Ready(Some(answer));
                    }
                },
                State::Broken(error) => return Poll::Ready(Some(Err(Error::Unreadable(error)))),
                State::Ended => return Poll::Ready(None),
            }
        }
    }
}

impl<P> fmt::Debug for Pages<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next = match &self.state {
            State::Next(page) | State::Asked { page, .. } => match (page, &self.next_of) {
                (None, NextOf::Number(_)) => Some(PageAt::Number(FIRST_PAGE)),
                (page, _) => page.clone(),
            },
            State::Broken(_) | State::Ended => None,
        };
        f.debug_struct("Pages").field("operation", &self.operation.id).field("next", &next).finish_non_exhaustive()
    }
}

/// Polls for what the next page holds.
type NextList<'a, T> = Box<dyn FnMut(&mut Context<'_>) -> Poll<Option<Result<Response<Vec<T>>, Error>>> + Send + 'a>;

/// A stream of the items on the pages of a list. See, for example,
/// [`ListBackups::items`](crate::calls::ListBackups::items).
///
/// As with [`Pages`], the next page is requested when the items of the last one are used up. If you delete items,
/// collect all of them first: after deletions the remaining items move to earlier pages, and some would be skipped.
///
/// # Examples
/// ```no_run
/// # async fn example(client: planetscale_client::Client) -> Result<(), planetscale_client::Error> {
/// # use planetscale_client::BranchRef;
/// let main = client.branch(BranchRef::new("acme", "shop", "main"));
/// let backups: Vec<_> = main.list_backups().per_page(100).items().try_collect().await?;
/// for backup in backups.iter().filter(|backup| backup.protected == Some(false)) {
///     main.backup(&backup.id).delete().send().await?;
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream sends nothing until it is polled"]
pub struct Items<'a, T> {
    next_list: NextList<'a, T>,
    ready: std::vec::IntoIter<T>,
    /// How many of the page were given.
    given: usize,
    /// Of the page.
    made_good: Vec<MadeGood>,
}

impl<'a, T> Items<'a, T> {
    /// What `items_of` the pages gives.
    #[allow(dead_code)] // Called where the spec has pages.
    pub(crate) fn new<P: 'a>(pages: Pages<'a, P>, items_of: fn(P) -> Vec<T>) -> Self
    where
        T: 'a,
    {
        let mut pages = pages;
        let next_list = Box::new(move |context: &mut Context<'_>| {
            let page = ready!(Pin::new(&mut pages).poll_next(context));
            Poll::Ready(page.map(|page| page.map(|page| page.map(items_of))))
        });
        Self { next_list, ready: Vec::new().into_iter(), given: 0, made_good: Vec::new() }
    }

    /// Returns the next item, or `None` after the last one.
    ///
    /// # Errors
    /// As the operation's `send`. Nothing comes after an error.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Lists what was repaired of the item that came last, each with its JSON pointer in that item. See
    /// [`Response::made_good`](crate::Response::made_good).
    pub fn made_good(&self) -> Vec<MadeGood> {
        let Some(at) = self.given.checked_sub(1) else { return Vec::new() };
        let item = format!("/{ITEMS}/{at}");
        self.made_good.iter().filter_map(|one| one.below(&item)).collect()
    }
}

impl<T> Items<'_, T> {
    /// Collects all items, in a `Vec` for example. What was repaired is only in the trace; to see it, read the items
    /// one by one and call [`made_good`](Self::made_good), or use the pages.
    ///
    /// # Errors
    /// As [`next`](Self::next): the first one, whatever came before it.
    pub async fn try_collect<C: Default + Extend<T>>(mut self) -> Result<C, Error> {
        let mut all = C::default();
        while let Some(item) = self.next().await {
            all.extend([item?]);
        }
        Ok(all)
    }
}

impl<T> Unpin for Items<'_, T> {}

impl<T> Stream for Items<'_, T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.ready.next() {
                self.given += 1;
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!((self.next_list)(context)) {
                // An empty page may have a next one, though not for ever.
                Some(Ok(items)) => {
                    self.made_good = items.made_good().to_vec();
                    self.ready = items.into_inner().into_iter();
                    self.given = 0;
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T> fmt::Debug for Items<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("ready", &self.ready.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;

    /// Pages that name these cursors, one after the other.
    fn pages(cursors: &'static [Option<&'static str>]) -> Pages<'static, Option<String>> {
        let mut asked = Vec::new();
        let call = move |cursor: Option<PageAt>| -> Boxed<'static, Option<String>> {
            asked.push(cursor);
            let next = cursors.get(asked.len() - 1).copied().flatten().map(str::to_owned);
            Box::pin(async move { Ok(Response::new(next, StatusCode::OK, HeaderMap::new())) })
        };
        let next_of = NextOf::Cursor(|page: &Option<String>| (page.clone(), false));
        Pages::new(Operation::new("list", "GET", "/"), None, call, next_of)
    }

    #[tokio::test]
    async fn pages_with_cursors_end_where_there_is_none() {
        let mut pages = pages(&[Some("b"), Some("a"), None]);
        let mut count = 0;
        while let Some(page) = pages.next().await {
            page.unwrap();
            count += 1;
        }
        assert_eq!(count, 3);
    }

    #[tokio::test]
    async fn a_cursor_that_leads_to_itself_is_an_error() {
        let mut pages = pages(&[Some("a"), Some("a"), Some("a")]);
        pages.next().await.unwrap().unwrap();
        pages.next().await.unwrap().unwrap();
        let error = pages.next().await.unwrap().unwrap_err();
        assert!(error.to_string().contains("list"), "{error}");
        assert!(matches!(error, Error::Unreadable(_)), "{error:?}");
        assert!(pages.next().await.is_none());
    }
}
