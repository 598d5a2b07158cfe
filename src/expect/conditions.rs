//! Conditions: what must hold besides the match, checked at the match and again before acting.

use super::{
    EchoWanted, Look, Program, Reader,
    decision::{Reason, bounded_reason},
    engine::Engine,
    gate::is_named,
    occasion::Occasion,
    region,
    rule::Filling,
    template::Captured,
};

impl Engine {
    /// Returns what templates are filled in from.
    pub(super) fn filling<'a>(&'a self, captured: &'a Captured) -> Filling<'a> {
        Filling {
            context: &self.context,
            captured,
            exit: self.exit.as_ref(),
        }
    }

    /// Checks the conditions that need no look at programs: `context`, `not`, `equals`,
    /// `sequence`, `echo`.
    pub(super) fn check_seen(&self, look: &Look, occasion: &Occasion) -> Result<(), Reason> {
        let rule = &self.rules[occasion.rule];
        if rule.looks_around() {
            let screen;
            let around = match &occasion.around {
                Some(around) => around,
                None => {
                    screen = region::of_screen(look, rule.spec.region, self.mark).text;
                    &screen
                }
            };
            if let Some(context) = &rule.context
                && context.find(around, 0).is_none()
            {
                return Err(Reason::Context {
                    pattern: context.text().to_owned(),
                    seen: bounded_reason(around),
                });
            }
            if let Some(not) = &rule.not
                && let Some(range) = not.find(around, 0)
            {
                return Err(Reason::Not {
                    pattern: not.text().to_owned(),
                    seen: bounded_reason(&around[range]),
                });
            }
        }
        rule.check_captured(self.filling(&occasion.captured))?;
        let echo_is_right = match rule.spec.echo {
            EchoWanted::Any => true,
            EchoWanted::Off => look.echo == Some(false),
            EchoWanted::On => look.echo == Some(true),
        };
        if !echo_is_right {
            return Err(Reason::Echo(look.echo));
        }
        Ok(())
    }

    /// Checks who holds the tty. For a secret that is the gate's.
    pub(super) fn check_foreground(&self, look: &Look, index: usize) -> Result<(), Reason> {
        let rule = &self.rules[index];
        if rule.spec.foreground.is_empty() || rule.secret().is_some() {
            return Ok(());
        }
        let program = look.holder.and_then(|holder| match holder.reader {
            Reader::Reads(program) | Reader::Polls(program) => Some(program),
            Reader::Unknown | Reader::Nobody => holder.leader,
        });
        let is_wanted = |program: Program| {
            let mut names = rule.spec.foreground.iter();
            names.any(|name| is_named(program, name))
        };
        if program.is_some_and(is_wanted) {
            Ok(())
        } else {
            let found = program.map(|program| program.name.to_owned());
            Err(Reason::Foreground(found))
        }
    }
}
