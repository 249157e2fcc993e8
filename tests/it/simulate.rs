//! The simulation itself: it repeats itself, finds nothing in the product, and finds whatever is broken on purpose.

use tests::simulate::{Plan, Sabotage, Start};

#[test]
fn a_seed_is_the_same_every_time() {
    let (start, plan) = (Start::new().unwrap(), Plan::default());
    let once = start.run(7, &plan).unwrap();
    assert_eq!(once, start.run(7, &plan).unwrap());
    assert_eq!(once, Start::new().unwrap().run(7, &plan).unwrap(), "on another record");
    assert_ne!(once.trace, start.run(8, &plan).unwrap().trace);
    assert_eq!(once.kinds.values().sum::<u64>(), 200);
}

#[test]
fn the_contract_holds() {
    let (start, plan) = (Start::new().unwrap(), Plan { nodes: 3, ..Plan::default() });
    for seed in 1..=12 {
        let run = start.run(seed, &plan).unwrap();
        assert!(run.faults.is_empty(), "seed {seed}\n{}\n{}", run.trace.join("\n"), run.faults.join("\n"));
    }
}

#[test]
fn every_broken_rule_is_found() {
    let start = Start::new().unwrap();
    for rule in Sabotage::ALL {
        let plan = Plan { sabotage: Some(rule), ..Plan::default() };
        let found = (1..=20).any(|seed| !start.run(seed, &plan).unwrap().faults.is_empty());
        assert!(found, "{rule:?} was not found");
    }
}
