//! Who may have a tool called: a pure function of the tool and of who the visitor is proven to be.

use chat::visitor::Identity;
use serde_json::{Map, Value};

use super::spec::{Consent, Spec, Who};

/// Why a tool is not for this visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// Nobody has proven who the visitor is.
    NotVerified,
    /// The identity does not say what the tool needs.
    NoClaim,
}

/// Whether a tool may be called for a visitor, with what the identity puts into the request, and who must agree.
pub(crate) fn admit(spec: &Spec, identity: Option<&Identity>) -> Result<(Map<String, Value>, Consent), Refused> {
    let mut own = Map::new();
    match (spec.who, identity) {
        (Who::Verified, None) => return Err(Refused::NotVerified),
        // Nobody is known to whom a code could go.
        (Who::Anybody, _) if spec.consent == Consent::Code => return Err(Refused::NotVerified),
        (Who::Anybody, _) if spec.identity.is_empty() => {}
        // A tool that was saved so is none: its parameters would be the model's to choose.
        (_, None) => return Err(Refused::NotVerified),
        (_, Some(identity)) => {
            for (parameter, claim) in &spec.identity {
                let value = identity.claims.get(claim).filter(|value| plain(value)).ok_or(Refused::NoClaim)?;
                own.insert(parameter.clone(), value.clone());
            }
        }
    }
    Ok((own, spec.consent))
}

fn plain(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty()) || value.is_number() || value.is_boolean()
}
