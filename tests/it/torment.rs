//! Small versions of the programs that torment; the programs run hundreds of trials.

use std::time::Duration;

use tests::model::{Behaviour, Model};
use tests::server::Plan;
use tests::staff::Staff;
use tests::torment::{kill, takeover};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_loses_nothing_acknowledged() {
    let model = Model::new(Behaviour { delay_ms: 20, ..Behaviour::default() });
    let mut server = Plan::new().unlimited().model(&model.start().await.unwrap()).start().await.unwrap();
    let staff = Staff::owner(&server).await.unwrap();
    let plan = kill::Plan { trials: 6, visitors: 4, seed: 7, life: (Duration::from_millis(300), Duration::from_millis(2_500)) };
    let seen = kill::run(&mut server, staff, &plan, |_| {}).await.unwrap();
    println!("{seen:#}");
    assert!(seen["acknowledged"].as_u64().is_some_and(|count| count >= 3), "{seen:#}");
    assert_eq!(seen["faults"], serde_json::json!([]), "{seen:#}");
}

#[tokio::test]
async fn no_bot_speaks_after_a_takeover() {
    let model = Model::new(Behaviour { delay_ms: 60, ..Behaviour::default() });
    let server = Plan::new().unlimited().model(&model.start().await.unwrap()).start().await.unwrap();
    let mut staff = Staff::owner(&server).await.unwrap();
    staff.online().await.unwrap();
    let seen = takeover::run(&server, &mut staff, &model, 8, 3, |_| {}).await.unwrap();
    println!("{seen:#}");
    assert_eq!(seen["faults"], serde_json::json!([]), "{seen:#}");
}
