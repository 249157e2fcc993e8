//! Fills the variables of a canned reply.

/// What a canned reply may name. `None`: not known here, so the variable stays visible.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// `{{visitor.name}}`
    pub visitor_name: Option<String>,
    /// `{{agent.name}}`
    pub agent_name: Option<String>,
    /// `{{ticket.number}}`
    pub ticket_number: Option<i64>,
}

/// A reply ready for the composer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// The text; what could not be filled stands as it was written.
    pub text: String,
    /// Names of variables that could not be filled, each once, in order.
    pub unknown: Vec<String>,
}

impl Values {
    fn get(&self, name: &str) -> Option<String> {
        match name {
            "visitor.name" => self.visitor_name.clone().filter(|name| !name.trim().is_empty()),
            "agent.name" => self.agent_name.clone(),
            "ticket.number" => self.ticket_number.map(|number| number.to_string()),
            _ => None,
        }
    }
}

/// Puts values in place of `{{name}}`. A filled value is not read again, so a visitor cannot name a variable.
#[must_use]
pub fn fill(body: &str, values: &Values) -> Filled {
    let mut filled = Filled::default();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.text.push_str(before);
        let Some((inner, behind)) = after.split_once("}}") else {
            filled.text.push_str("{{");
            rest = after;
            continue;
        };
        let name = inner.trim();
        match values.get(name) {
            Some(value) => filled.text.push_str(&value),
            None => {
                filled.text.push_str(&format!("{{{{{inner}}}}}"));
                if !filled.unknown.iter().any(|known| known == name) {
                    filled.unknown.push(name.to_owned());
                }
            }
        }
        rest = behind;
    }
    filled.text.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values() -> Values {
        Values { visitor_name: Some("{{agent.name}}".into()), agent_name: Some("Ann".into()), ticket_number: Some(42) }
    }

    #[test]
    fn variables_are_filled_and_unknown_ones_stay() {
        for (body, text, unknown) in [
            ("Hello", "Hello", &[] as &[&str]),
            ("I am {{agent.name}}, ticket {{ ticket.number }}.", "I am Ann, ticket 42.", &[]),
            ("{{visitor.name}}", "{{agent.name}}", &[]),
            ("{{visitor.mood}} {{visitor.mood}} {{x}}", "{{visitor.mood}} {{visitor.mood}} {{x}}", &["visitor.mood", "x"]),
            ("您好，{{agent.name}}为您服务", "您好，Ann为您服务", &[]),
            ("open {{ only", "open {{ only", &[]),
            ("{{}} {{{agent.name}}}", "{{}} {{{agent.name}}}", &["", "{agent.name"]),
        ] {
            let filled = fill(body, &values());
            assert_eq!(filled.text, text, "{body}");
            assert_eq!(filled.unknown, unknown, "{body}");
        }
    }

    #[test]
    fn what_is_not_known_here_stays_visible() {
        let filled = fill("{{visitor.name}} {{ticket.number}}", &Values { visitor_name: Some(" ".into()), ..Values::default() });
        assert_eq!(filled.text, "{{visitor.name}} {{ticket.number}}");
        assert_eq!(filled.unknown, ["visitor.name", "ticket.number"]);
    }

    proptest! {
        #[test]
        fn a_text_without_variables_is_not_changed(body in "[^{]*") {
            prop_assert_eq!(fill(&body, &values()).text, body);
        }

        #[test]
        fn nothing_is_lost_when_nothing_is_known(body in "[a-z{} ]{0,60}") {
            prop_assert_eq!(fill(&body, &Values::default()).text, body);
        }
    }
}
