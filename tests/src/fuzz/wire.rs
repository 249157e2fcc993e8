//! One record and one node for all inputs of a process.

use anyhow::Result;
use chat::testing::Fresh;
use gateway::testing::Wire;
use tokio::runtime::Runtime;

/// Inputs after which the record is made anew, so that it stays small.
const INPUTS: usize = 2_000;

pub(super) struct House {
    pub(super) runtime: Runtime,
    pub(super) fresh: Fresh,
    pub(super) wire: Wire,
    left: usize,
}

impl House {
    fn new() -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (fresh, wire) = runtime.block_on(async {
            let fresh = chat::testing::fresh().await?;
            let wire = Wire::open(fresh.chat.clone(), &fresh.folder).await?;
            anyhow::Ok((fresh, wire))
        })?;
        Ok(Self { runtime, fresh, wire, left: INPUTS })
    }
}

thread_local! {
    static HOUSE: std::cell::RefCell<Option<House>> = const { std::cell::RefCell::new(None) };
}

/// Lets `act` use the thread's house.
pub(super) fn with(act: impl FnOnce(&House) -> Result<()>) -> Result<()> {
    HOUSE.with_borrow_mut(|kept| {
        if kept.as_ref().is_none_or(|house| house.left == 0) {
            *kept = None;
            *kept = Some(House::new()?);
        }
        if let Some(house) = kept {
            house.left -= 1;
            act(house)?;
        }
        Ok(())
    })
}
