// A server written by hand on the npm package `ws`: it recognises clients by a signed key, keeps nothing,
// and sends a message to every socket of its conversation in a loop. Arguments: port.
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { WebSocketServer } from "ws";

const secret = randomBytes(32);
const rooms = new Map();
const sign = (id) => `${id}.${createHmac("sha256", secret).update(id).digest("base64url")}`;

function visitorOf(token) {
  const id = token.split(".")[0];
  const expected = Buffer.from(sign(id));
  const given = Buffer.from(token);
  return given.length === expected.length && timingSafeEqual(given, expected) ? id : randomUUID();
}

function hello(socket, frame) {
  const visitor = visitorOf(frame.token ?? "");
  const room = rooms.get(frame.conversation) ?? { seq: 0, sockets: new Set() };
  rooms.set(frame.conversation, room);
  room.sockets.add(socket);
  socket.session = { visitor, device: frame.device, room, conversation: frame.conversation };
  socket.send(JSON.stringify({ t: "welcome", token: sign(visitor), visitor, conversation: frame.conversation }));
}

function send(socket, frame) {
  const { room, visitor, conversation } = socket.session;
  const seq = ++room.seq;
  socket.send(JSON.stringify({ t: "ack", id: frame.id, conversation, seq }));
  // Encoded once for all.
  const message = { t: "message", conversation, seq, id: frame.id, at: Date.now(), author: { kind: "visitor", visitor }, body: frame.body };
  const text = Buffer.from(JSON.stringify(message));
  for (const reader of room.sockets) {
    if (reader !== socket) reader.send(text, { binary: false });
  }
}

const server = new WebSocketServer({ host: "127.0.0.1", port: Number(process.argv[2]), perMessageDeflate: false, backlog: 4096 });
server.on("connection", (socket) => {
  socket.on("message", (data) => {
    const frame = JSON.parse(data);
    if (frame.t === "hello") hello(socket, frame);
    else if (frame.t === "send" && socket.session) send(socket, frame);
  });
  socket.on("close", () => {
    const session = socket.session;
    if (!session) return;
    session.room.sockets.delete(socket);
    if (session.room.sockets.size === 0) rooms.delete(session.conversation);
  });
  socket.on("error", () => socket.terminate());
});
server.on("listening", () => console.log("ready"));
