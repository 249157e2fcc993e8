use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn agent(n: u128) -> AgentId {
    AgentId::from(Uuid::from_u128(n))
}

fn candidate(n: u128, load: i64, capacity: i64) -> Candidate {
    Candidate { agent: agent(n), online: true, in_team: true, load, capacity, last_assigned_at: None }
}

fn given(choice: Choice) -> Option<AgentId> {
    match choice {
        Choice::Agent { agent, .. } => Some(agent),
        Choice::Queue(_) => None,
    }
}

#[test]
fn the_right_agent_or_the_right_reason() {
    let offline = Candidate { online: false, ..candidate(1, 0, 4) };
    let stranger = Candidate { in_team: false, ..candidate(2, 0, 4) };
    let full = candidate(3, 4, 4);
    let busy = candidate(4, 3, 4);
    let idle = candidate(5, 1, 4);
    let roomy = candidate(6, 2, 10);
    let rested = Candidate { last_assigned_at: Some(10), ..candidate(7, 1, 4) };
    let fresh = Candidate { last_assigned_at: Some(20), ..candidate(8, 1, 4) };
    let none = candidate(9, 0, 0);
    let all = |list: &[&Candidate]| list.iter().map(|c| (*c).clone()).collect::<Vec<_>>();
    for (name, candidates, expected) in [
        ("nobody at all", all(&[]), Choice::Queue(Lack::Online)),
        ("only offline", all(&[&offline]), Choice::Queue(Lack::Online)),
        ("only strangers", all(&[&offline, &stranger]), Choice::Queue(Lack::Team)),
        ("all full", all(&[&full, &stranger]), Choice::Queue(Lack::Capacity)),
        ("capacity nought is full", all(&[&none]), Choice::Queue(Lack::Capacity)),
        ("the free one", all(&[&full, &busy]), Choice::Agent { agent: agent(4), load: 4, capacity: 4 }),
        ("the least loaded", all(&[&busy, &idle]), Choice::Agent { agent: agent(5), load: 2, capacity: 4 }),
        ("by share, not by number", all(&[&idle, &roomy]), Choice::Agent { agent: agent(6), load: 3, capacity: 10 }),
        ("longest without a chat", all(&[&fresh, &rested]), Choice::Agent { agent: agent(7), load: 2, capacity: 4 }),
        ("never had one goes first", all(&[&rested, &idle]), Choice::Agent { agent: agent(5), load: 2, capacity: 4 }),
    ] {
        assert_eq!(choose(&candidates, &Need::default()), expected, "{name}");
    }
}

#[test]
fn who_let_it_go_unanswered_does_not_get_it_again() {
    let need = Need { passed: vec![agent(1)], ..Need::default() };
    assert_eq!(choose(&[candidate(1, 0, 4)], &need), Choice::Queue(Lack::Other));
    assert_eq!(given(choose(&[candidate(1, 0, 4), candidate(2, 3, 4)], &need)), Some(agent(2)));
    assert_eq!(choose(&[candidate(1, 4, 4)], &need), Choice::Queue(Lack::Capacity));
}

fn any_candidate() -> impl Strategy<Value = Candidate> {
    (0_u128..12, any::<bool>(), any::<bool>(), 0_i64..6, 0_i64..6, proptest::option::of(0_i64..100)).prop_map(
        |(n, online, in_team, load, capacity, last_assigned_at)| Candidate {
            agent: agent(n),
            online,
            in_team,
            load,
            capacity,
            last_assigned_at,
        },
    )
}

proptest! {
    #[test]
    fn never_over_capacity_never_offline_never_outside_the_team(
        candidates in proptest::collection::vec(any_candidate(), 0..10), passed in proptest::collection::vec(0_u128..12, 0..3),
    ) {
        let need = Need { team: None, passed: passed.into_iter().map(agent).collect() };
        match choose(&candidates, &need) {
            Choice::Agent { agent, load, capacity } => {
                prop_assert!(load <= capacity);
                prop_assert!(!need.passed.contains(&agent));
                prop_assert!(candidates.iter().any(|c| c.agent == agent && c.online && c.in_team && c.load + 1 == load));
            }
            Choice::Queue(_) => {
                prop_assert!(!candidates.iter().any(|c| c.online && c.in_team && c.load < c.capacity && !need.passed.contains(&c.agent)));
            }
        }
    }

    #[test]
    fn chats_are_spread_fairly(agents in 1_usize..8, capacity in 1_i64..6, chats in 0_usize..60) {
        let mut all: Vec<Candidate> = (0..agents).map(|n| candidate(n as u128, 0, capacity)).collect();
        let mut queued = 0;
        for now in 0..chats {
            match given(choose(&all, &Need::default())) {
                Some(chosen) => {
                    for c in all.iter_mut().filter(|c| c.agent == chosen) {
                        c.load += 1;
                        c.last_assigned_at = Some(now as i64);
                    }
                }
                None => queued += 1,
            }
        }
        let most = all.iter().map(|c| c.load).max().unwrap_or(0);
        let least = all.iter().map(|c| c.load).min().unwrap_or(0);
        prop_assert!(most - least <= 1, "{all:?}");
        prop_assert_eq!(queued, chats.saturating_sub(agents * capacity as usize));
    }

    #[test]
    fn those_with_equal_load_take_turns(agents in 2_u128..8, rounds in 1_i64..5) {
        let mut all: Vec<Candidate> = (0..agents).map(|n| candidate(n, 0, 1)).collect();
        let mut had = vec![0_i64; all.len()];
        for now in 0..rounds * agents as i64 {
            let chosen = given(choose(&all, &Need::default())).unwrap();
            let place = all.iter().position(|c| c.agent == chosen).unwrap();
            had[place] += 1;
            all[place].last_assigned_at = Some(now);
        }
        prop_assert!(had.iter().all(|n| *n == rounds), "{had:?}");
    }
}
