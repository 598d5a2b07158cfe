//! The questions of a pane's ssh: answered by the pane's secret, or put to a person among its asks.

use super::{
    askpass::{Asker, AskpassAnswer, asker},
    reply::ReplyTo,
    secret::{Concealed, SecretSource},
    task::Task,
};
use crate::{
    expect::{Ask, AskGone, AskId, PROMPT_LIMIT},
    protocol::{AskAnswer, FailureKind, Reply},
};

/// The first number of these asks: those of rules stay below it.
const FIRST: u64 = 1 << 32;

/// The most questions that wait at once: a child can ask as often as it likes.
const QUESTIONS: usize = 16;

/// The questions of a pane's ssh that wait for a person.
#[derive(Debug, Default)]
pub struct Questions {
    count: u64,
    open: Vec<(Ask, ReplyTo)>,
}

impl Questions {
    /// Puts a question to a person.
    pub fn put(&mut self, prompt: &str, reason: &str, reply: ReplyTo) {
        self.forget_abandoned();
        if self.open.len() == QUESTIONS {
            return reply.fail(
                FailureKind::Failed,
                "too many questions wait for a person; answer those first",
            );
        }
        let id = AskId(FIRST + self.count);
        self.count += 1;
        let start = prompt.floor_char_boundary(prompt.len().saturating_sub(PROMPT_LIMIT));
        let ask = Ask {
            id,
            rule: "askpass".to_owned(),
            prompt: prompt[start..].to_owned(),
            reason: reason.to_owned(),
            suggestion: None,
        };
        self.open.push((ask, reply));
    }

    /// Returns the questions that wait, oldest first.
    pub fn asks(&self) -> impl Iterator<Item = &Ask> {
        let waiting = |(_, reply): &&(Ask, ReplyTo)| !reply.is_abandoned();
        self.open.iter().filter(waiting).map(|(ask, _)| ask)
    }

    /// Returns whether an ask is one of these, open or not.
    pub fn is_one(id: AskId) -> bool {
        id.0 >= FIRST
    }

    /// Answers a question.
    pub fn answer(&mut self, id: AskId, answer: AskAnswer) -> Result<(), AskGone> {
        self.forget_abandoned();
        let found = self.open.iter().position(|(ask, _)| ask.id == id);
        let index = found.ok_or(AskGone::Gone)?;
        if answer == AskAnswer::Suggestion {
            return Err(AskGone::NoSuggestion);
        }
        let (_, reply) = self.open.remove(index);
        match answer {
            AskAnswer::Text(text) => reply.reply(Reply::Passed(text)),
            _ => reply.fail(FailureKind::Failed, "a person has dismissed the question"),
        }
        Ok(())
    }

    /// Ends every question: the child has ended.
    pub fn end(&mut self) {
        for (_, reply) in self.open.drain(..) {
            reply.fail(FailureKind::Ended, "the pane's child has ended");
        }
    }

    /// Waits until a question is asked no longer, as ssh has ended, and forgets it.
    pub async fn abandoned(&mut self) {
        if self.open.is_empty() {
            return std::future::pending().await;
        }
        let waits = self
            .open
            .iter()
            .map(|(_, reply)| Box::pin(reply.abandoned()));
        futures_util::future::select_all(waits).await;
        self.forget_abandoned();
    }

    fn forget_abandoned(&mut self) {
        self.open.retain(|(_, reply)| !reply.is_abandoned());
    }
}

impl Task {
    /// Takes a question of ssh from the process `peer`.
    pub(super) fn asked(
        &mut self,
        token: &Concealed,
        prompt: &str,
        peer: Option<u32>,
        reply: ReplyTo,
    ) {
        let known = self.askpass.as_mut().filter(|askpass| askpass.is(token));
        let (Some(askpass), Some(child)) = (known, self.leader) else {
            return reply.fail(
                FailureKind::Usage,
                "no child of this pane has this token; start ssh in a pane with 'askpass'",
            );
        };
        let who: Asker = asker(peer, child);
        let described = self.spec.askpass.as_ref();
        let described = described.and_then(|name| self.spec.secrets.get_key_value(name));
        if !self.core.answers() {
            let reason = "the pane's rules do not answer by themselves now";
            return self.questions.put(prompt, reason, reply);
        }
        let reason = match (askpass.answer(prompt, who), described) {
            (AskpassAnswer::AskPerson(reason), _) => reason,
            (AskpassAnswer::Secret, Some((name, secret)))
                if secret.source != SecretSource::Person =>
            {
                let name = name.clone();
                return self.pass_secret(&name, reply);
            }
            (AskpassAnswer::Secret, _) => "its secret is a person's to type",
        };
        self.questions.put(prompt, reason, reply);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;
    use crate::protocol::Envelope;

    type Replies = mpsc::UnboundedReceiver<Envelope<Reply>>;

    fn put(questions: &mut Questions, prompt: &str) -> Replies {
        let (to, replies) = mpsc::unbounded_channel();
        questions.put(prompt, "because", ReplyTo::new(1, to));
        replies
    }

    fn text(text: &str) -> AskAnswer {
        AskAnswer::Text(Concealed::new(text.to_owned()))
    }

    #[test]
    fn a_question_waits_for_a_person() {
        let mut questions = Questions::default();
        let mut first = put(&mut questions, "yes/no? ");
        let mut second = put(&mut questions, "code: ");
        let asks: Vec<Ask> = questions.asks().cloned().collect();
        assert_eq!([&*asks[0].prompt, &*asks[1].prompt], ["yes/no? ", "code: "]);
        assert!(asks.iter().all(|ask| Questions::is_one(ask.id)));
        assert!(!Questions::is_one(AskId(7)));
        let suggestion = questions.answer(asks[0].id, AskAnswer::Suggestion);
        assert_eq!(suggestion, Err(AskGone::NoSuggestion));
        assert_eq!(questions.answer(asks[0].id, text("yes")), Ok(()));
        assert_eq!(
            questions.answer(asks[0].id, text("yes")),
            Err(AskGone::Gone)
        );
        let passed = Reply::Passed(Concealed::new("yes".to_owned()));
        assert_eq!(first.try_recv().unwrap().body, passed);
        assert_eq!(questions.answer(asks[1].id, AskAnswer::Dismiss), Ok(()));
        assert!(matches!(second.try_recv().unwrap().body, Reply::Failed(_)));
    }

    #[tokio::test]
    async fn a_question_goes_with_who_asks_it() {
        let mut questions = Questions::default();
        let gone = put(&mut questions, "one");
        let mut stays = put(&mut questions, "two");
        drop(gone);
        questions.abandoned().await;
        let asks: Vec<&str> = questions.asks().map(|ask| &*ask.prompt).collect();
        assert_eq!(asks, ["two"]);
        questions.end();
        assert!(matches!(stays.try_recv().unwrap().body, Reply::Failed(_)));
        assert_eq!(questions.asks().count(), 0);
    }

    #[test]
    fn questions_are_bounded() {
        let mut questions = Questions::default();
        let waiting: Vec<Replies> = (0..QUESTIONS).map(|_| put(&mut questions, "?")).collect();
        let mut refused = put(&mut questions, "?");
        assert!(matches!(refused.try_recv().unwrap().body, Reply::Failed(_)));
        drop(waiting);
        let _waiting = put(&mut questions, &"é".repeat(PROMPT_LIMIT));
        let prompt = questions.asks().next().unwrap().prompt.clone();
        assert!((PROMPT_LIMIT..PROMPT_LIMIT + 4).contains(&prompt.len()));
    }
}
