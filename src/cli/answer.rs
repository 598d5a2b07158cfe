//! `answer`: what a person says to an ask.

use super::{
    arguments::Answer,
    asks::waiting,
    failure::CliError,
    panes::done,
    status::Status,
    target::Session,
    typed::{self, Typed},
};
use crate::{
    pane::Concealed,
    protocol::{AskAnswer, AskInfo, Request},
};

/// Answers an ask.
pub async fn answer(arguments: &Answer, named: Option<&str>) -> Result<Status, CliError> {
    let mut session = Session::open(named).await?;
    let ask = arguments.ask;
    let answer = match arguments.text.as_deref() {
        Some("-") => {
            let asks = waiting(&mut session).await?;
            match typed::line(&question(&asks, ask)?).await? {
                Typed::Line(line) => AskAnswer::Text(line),
                Typed::Signal(signal) => return Ok(Status::of_signal(signal)),
            }
        }
        Some(text) => AskAnswer::Text(Concealed::new(text.to_owned())),
        None if arguments.suggested => AskAnswer::Suggestion,
        None => AskAnswer::Dismiss,
    };
    done(&mut session, Request::Answer { ask, answer }).await
}

/// Returns what a person is shown who is to type the answer: nobody should type one in vain.
fn question(asks: &[AskInfo], number: u64) -> Result<String, CliError> {
    let ask = asks.iter().find(|ask| ask.id == number);
    let ask = ask.ok_or_else(|| {
        CliError::Failed(format!(
            "ask {number} does not wait for an answer; 'muxpect asks' lists those that do"
        ))
    })?;
    let prompt = ask.prompt.lines().next_back().unwrap_or_default();
    Ok(format!(
        "{} asks (your answer is not shown): {prompt}",
        ask.pane
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::table::tests::ask;

    #[test]
    fn who_types_an_answer_sees_the_question() {
        let asks = [AskInfo {
            prompt: "Two servers.\nPassword: ".to_owned(),
            ..ask(3, "db1")
        }];
        assert_eq!(
            question(&asks, 3).unwrap(),
            "db1 asks (your answer is not shown): Password: "
        );
        let error = question(&asks, 2).unwrap_err();
        assert_eq!(error.status(), Status::FAILED);
        assert!(error.to_string().starts_with("ask 2 does not wait"));
    }
}
