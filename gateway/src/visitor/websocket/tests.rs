use std::time::Duration;

use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tungstenite::protocol::frame::{
    Frame,
    coding::{CloseCode, Data, OpCode},
};

use super::*;

const MOST: usize = 128 * 1024;

async fn pair() -> (WebSocket, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    (WebSocket::new(Io::Plain(server), Vec::new(), MOST), client)
}

fn bytes(mut frame: Frame) -> Vec<u8> {
    frame.header_mut().mask = Some([7, 77, 177, 250]);
    let mut bytes = Vec::new();
    frame.format(&mut bytes).unwrap();
    bytes
}

fn text(text: &str) -> Vec<u8> {
    bytes(Frame::message(text.to_owned(), OpCode::Data(Data::Text), true))
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(10), what).await.expect("nothing came")
}

/// Whether there is nothing to hear, and nothing is remembered.
async fn rests(socket: &mut WebSocket) -> bool {
    let silent = timeout(Duration::from_millis(30), socket.recv()).await.is_err();
    silent && socket.state.is_none() && socket.unsent.is_none()
}

/// Offers large packets until one is not taken whole; how many were offered.
async fn stuff(socket: &mut WebSocket) -> usize {
    let large = Packet::from("5".repeat(MOST));
    let mut offered = 1;
    while socket.offer(&large, false).await.unwrap() {
        offered += 1;
    }
    offered
}

#[tokio::test]
async fn between_frames_nothing_is_remembered() {
    let (mut socket, mut client) = pair().await;
    assert!(rests(&mut socket).await);
    client.write_all(&text("one")).await.unwrap();
    assert_eq!(soon(socket.recv()).await.unwrap().unwrap(), Message::text("one"));
    assert!(rests(&mut socket).await);
    socket.send(Message::text("two")).await.unwrap();
    assert!(socket.state.is_none());
    assert!(socket.offer(&Packet::from("three".to_owned()), false).await.unwrap() && socket.state.is_none());
    let mut came = [0; 12];
    soon(client.read_exact(&mut came)).await.unwrap();
    assert_eq!(&came, b"\x81\x03two\x81\x05three");
    // A ping is answered before its state goes.
    client.write_all(&bytes(Frame::ping("here?"))).await.unwrap();
    assert!(matches!(soon(socket.recv()).await, Some(Ok(Message::Ping(_)))));
    assert!(rests(&mut socket).await);
    let mut pong = [0; 7];
    soon(client.read_exact(&mut pong)).await.unwrap();
    assert_eq!(&pong, b"\x8a\x05here?");
    // Who goes is noticed in his sleep.
    drop(client);
    assert!(soon(socket.recv()).await.is_none());
}

#[tokio::test]
async fn half_a_frame_is_kept_until_its_other_half() {
    let (mut socket, mut client) = pair().await;
    let long = "x".repeat(3_000);
    let frame = text(&long);
    for part in [&frame[..1], &frame[1..5], &frame[5..2_000]] {
        client.write_all(part).await.unwrap();
        assert!(!rests(&mut socket).await && socket.state.is_some());
    }
    client.write_all(&frame[2_000..]).await.unwrap();
    assert_eq!(soon(socket.recv()).await.unwrap().unwrap(), Message::text(long));
    assert!(rests(&mut socket).await);
    // Two at once, and the beginning of a third.
    client.write_all(&[text("a"), text("b"), text("c")[..3].to_vec()].concat()).await.unwrap();
    for said in ["a", "b"] {
        assert_eq!(soon(socket.recv()).await.unwrap().unwrap(), Message::text(said));
    }
    assert!(!rests(&mut socket).await);
    client.write_all(&text("c")[3..]).await.unwrap();
    assert_eq!(soon(socket.recv()).await.unwrap().unwrap(), Message::text("c"));
    assert!(rests(&mut socket).await);
}

#[tokio::test]
async fn a_message_in_pieces_is_whole_in_the_end() {
    let (mut socket, mut client) = pair().await;
    client.write_all(&bytes(Frame::message("two ", OpCode::Data(Data::Text), false))).await.unwrap();
    assert!(!rests(&mut socket).await);
    client.write_all(&bytes(Frame::ping(""))).await.unwrap();
    assert!(matches!(soon(socket.recv()).await, Some(Ok(Message::Ping(_)))));
    assert!(!rests(&mut socket).await);
    client.write_all(&bytes(Frame::message("pieces", OpCode::Data(Data::Continue), true))).await.unwrap();
    assert_eq!(soon(socket.recv()).await.unwrap().unwrap(), Message::text("two pieces"));
    client.write_all(&text("and one")).await.unwrap();
    assert_eq!(soon(socket.recv()).await.unwrap().unwrap(), Message::text("and one"));
}

#[tokio::test]
async fn what_a_reader_does_not_take_waits_for_him() {
    let (mut socket, mut client) = pair().await;
    let sent = stuff(&mut socket).await;
    assert!(!rests(&mut socket).await && socket.state.is_none() && socket.unsent.is_some());
    // What is said meanwhile comes after it.
    assert!(!socket.offer(&Packet::from("then".to_owned()), false).await.unwrap());
    // He reads: all of it, in order, with nothing cut.
    let reader = async {
        let mut all = vec![0; sent * (MOST + 10) + 6];
        client.read_exact(&mut all).await.unwrap();
        all
    };
    let (flushed, mut all) = soon(async { tokio::join!(socket.flush(), reader) }).await;
    assert!(flushed.is_ok() && rests(&mut socket).await);
    assert_eq!(all.split_off(all.len() - 6), b"\x81\x04then");
    assert!(
        all.chunks(MOST + 10)
            .all(|frame| frame[..10] == [0x81, 127, 0, 0, 0, 0, 0, 2, 0, 0] && frame[10..].iter().all(|byte| *byte == b'5'))
    );
}

#[tokio::test]
async fn who_is_too_slow_is_told_so_behind_what_he_did_not_take() {
    let (mut socket, mut client) = pair().await;
    let sent = stuff(&mut socket).await;
    let close = CloseFrame { code: CloseCode::from(4008), reason: "resume".into() };
    let reader = async {
        let mut all = vec![0; sent * (MOST + 10) + 10];
        client.read_exact(&mut all).await.unwrap();
        all
    };
    let (closed, all) = soon(async { tokio::join!(socket.send(Message::Close(Some(close))), reader) }).await;
    assert!(closed.is_ok());
    assert_eq!(&all[all.len() - 10..], b"\x88\x08\x0f\xa8resume");
    assert!(all[..all.len() - 10].chunks(MOST + 10).all(|frame| frame[..2] == [0x81, 127]));
}

#[tokio::test]
async fn a_farewell_is_answered_and_nonsense_is_an_error() {
    let (mut socket, mut client) = pair().await;
    client.write_all(&bytes(Frame::close(None))).await.unwrap();
    assert!(matches!(soon(socket.recv()).await, Some(Ok(Message::Close(_)))));
    socket.flush().await.unwrap();
    let mut farewell = [0; 2];
    soon(client.read_exact(&mut farewell)).await.unwrap();
    assert_eq!(farewell, [0x88, 0]);
    assert!(soon(socket.recv()).await.is_none());

    let unmasked = b"\x81\x02hi".to_vec();
    let too_long = text(&"x".repeat(MOST + 1));
    for wrong in [unmasked, too_long[..20].to_vec(), vec![0xff; 20]] {
        let (mut socket, mut client) = pair().await;
        client.write_all(&wrong).await.unwrap();
        assert!(matches!(soon(socket.recv()).await, Some(Err(_))), "{wrong:?}");
        // Why is said, and who waits for the end does not wait in vain.
        let why = CloseFrame { code: CloseCode::Protocol, reason: "no".into() };
        let hears = async {
            let mut heard = Vec::new();
            client.read_to_end(&mut heard).await.unwrap();
            drop(client);
            heard
        };
        let (failed, heard) = soon(async { tokio::join!(socket.fail(why), hears) }).await;
        assert!(failed.is_ok() && heard == b"\x88\x04\x03\xeano", "{heard:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// However the network cuts them, and whatever is said meanwhile, messages come whole and in order.
    #[test]
    fn cuts_change_nothing(
        said in prop::collection::vec(prop_oneof!["[a-z]{0,8}", "[a-zé]{120,130}", "[x你]{1000,2100}"], 1..8),
        cuts in prop::collection::vec(1usize..1_500, 1..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut socket, mut client) = pair().await;
            let frames: Vec<u8> = said.iter().flat_map(|said| text(said)).collect();
            let writer = async {
                let (mut rest, mut cuts) = (&frames[..], cuts.iter().cycle());
                while let Some(cut) = cuts.next().filter(|_| !rest.is_empty()) {
                    let (now, later) = rest.split_at((*cut).min(rest.len()));
                    client.write_all(now).await.unwrap();
                    tokio::task::yield_now().await;
                    rest = later;
                }
            };
            let reader = async {
                let mut heard = Vec::new();
                while heard.len() < said.len() {
                    match soon(socket.recv()).await {
                        Some(Ok(Message::Text(text))) => heard.push(text.as_str().to_owned()),
                        other => panic!("{other:?}"),
                    }
                    socket.send(Message::text("heard")).await.unwrap();
                }
                heard
            };
            let ((), heard) = tokio::join!(writer, reader);
            assert_eq!(heard, said);
            assert!(rests(&mut socket).await);
        });
    }
}
