//! Whatever the bot has said, why it said it is there: also when the process dies in the same moment.

use tests::staff::Staff;

use super::*;

chat::on_every_engine!(words_of_a_process_that_died_are_explained);

async fn words_of_a_process_that_died_are_explained(engine: Engine) {
    let mut server = server(engine).await;
    let mut owner = Staff::owner(&server).await.unwrap();
    for body in ["Hello!", "Can I pay with seashells?", "你好"] {
        let mut jo = visitor(&server, Transport::Socket).await.unwrap();
        let talk = Visitor::conversation();
        let said = jo.ask(&talk, body).await.unwrap();
        server.kill().unwrap();
        server.start().await.unwrap();
        let why = owner.get(&format!("/console/conversations/{talk}/why/{}", said["seq"])).await.unwrap();
        assert!(why.status.is_success() && why.words().contains(body), "{body}: {} {}", why.status, why.words());
    }
}
