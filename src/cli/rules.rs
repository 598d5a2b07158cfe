//! `rules`: what rules there are, why they act or do not, and whether they may.

use super::{
    arguments::{AutoMode, Rules, RulesAuto, RulesList, RulesWhy},
    failure::CliError,
    output::{print, print_json, tell},
    panes::{done, targets},
    rules_learn, rules_test,
    status::Status,
    table,
    target::Session,
};
use crate::{
    expect::AutoAnswer,
    protocol::{Reply, Request},
};

/// Does what is wanted of rules.
pub async fn rules(arguments: &Rules, named: Option<&str>) -> Result<Status, CliError> {
    let (panes, on) = match arguments {
        Rules::List(arguments) => return list(arguments, named).await,
        Rules::Why(arguments) => return why(arguments, named).await,
        Rules::Auto(arguments) => return auto(arguments, named).await,
        Rules::Test(arguments) => return rules_test::test(arguments),
        Rules::Learn(arguments) => return rules_learn::learn(arguments).await,
        Rules::Arm(panes) => (panes, true),
        Rules::Disarm(panes) => (panes, false),
    };
    let (mut session, panes) = targets(panes, named).await?;
    done(&mut session, Request::Arm { panes, on }).await
}

async fn list(arguments: &RulesList, named: Option<&str>) -> Result<Status, CliError> {
    let mut session = Session::open(named).await?;
    let pane = arguments.pane.clone();
    let Reply::Rules(rules) = session.request(Request::Rules { pane }).await? else {
        return Err(session.unexpected());
    };
    match (arguments.json, rules.is_empty()) {
        (true, _) => print_json(&rules)?,
        (false, true) => tell(&no_rules(&session.name, arguments.pane.as_deref())),
        (false, false) => print(&table::rules(&rules))?,
    }
    Ok(Status::DONE)
}

async fn why(arguments: &RulesWhy, named: Option<&str>) -> Result<Status, CliError> {
    let mut session = Session::open(named).await?;
    let pane = session.pane(arguments.pane.as_deref()).await?;
    let request = Request::Why {
        pane: Some(pane.clone()),
    };
    let Reply::Why(why) = session.request(request).await? else {
        return Err(session.unexpected());
    };
    match (arguments.json, why.is_empty()) {
        (true, _) => print_json(&why)?,
        (false, true) => tell(&no_rules(&session.name, Some(&pane))),
        (false, false) => print(&table::why(&why))?,
    }
    Ok(Status::DONE)
}

async fn auto(arguments: &RulesAuto, named: Option<&str>) -> Result<Status, CliError> {
    let mut session = Session::open(named).await?;
    let Some(mode) = arguments.mode else {
        let mode = match session.info().await?.auto_answer {
            AutoAnswer::On => "on",
            AutoAnswer::Suggest => "suggest",
            AutoAnswer::Off => "off",
        };
        print(&format!("{mode}\n"))?;
        return Ok(Status::DONE);
    };
    let mode = match mode {
        AutoMode::On => AutoAnswer::On,
        AutoMode::Suggest => AutoAnswer::Suggest,
        AutoMode::Off => AutoAnswer::Off,
    };
    done(&mut session, Request::AutoAnswer(mode)).await
}

fn no_rules(session: &str, pane: Option<&str>) -> String {
    let who = match pane {
        Some(pane) => format!("pane '{pane}' of session '{session}' has"),
        None => format!("the panes of session '{session}' have"),
    };
    format!("{who} no rules; name rulesets by 'rules' of a [[pane]] in the config")
}
