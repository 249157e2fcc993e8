// A server on socket.io with connection-state recovery: an event with acknowledgement goes to everybody else in its
// room, and nothing is stored. With a second argument, redis://…, its Redis-streams adapter carries the events; with a third,
// "kept", an event is acknowledged when Redis has it. Arguments: port, [redis, [kept]]. POST /emit?count=2 sends events to every room, as if others had written.
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Server } from "socket.io";

const [port, redis, kept] = process.argv.slice(2);
const options = { transports: ["websocket"], perMessageDeflate: false, connectionStateRecovery: { maxDisconnectionDuration: 600_000 } };
if (redis) {
  const { createAdapter } = await import("@socket.io/redis-streams-adapter");
  const { createClient } = await import("redis");
  const client = createClient({ url: redis });
  await client.connect();
  options.adapter = createAdapter(client);
}

const secret = randomBytes(32);
const sign = (id) => `${id}.${createHmac("sha256", secret).update(id).digest("base64url")}`;
const seqs = new Map();
const next = (room) => {
  const seq = (seqs.get(room) ?? 0) + 1;
  seqs.set(room, seq);
  return seq;
};

const http = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (request.method !== "POST" || pathname !== "/emit") return response.writeHead(404).end();
  for (const room of seqs.keys()) {
    for (let n = 0; n < Number(searchParams.get("count")); n += 1) {
      io.to(room).emit("message", { id: randomUUID(), seq: next(room), at: Date.now(), body: "m".repeat(100) });
    }
  }
  response.writeHead(204).end();
});
const io = new Server(http, options);
io.use((socket, proceed) => {
  const id = socket.handshake.auth.token?.split(".")[0] ?? randomUUID();
  socket.data.token = sign(id);
  proceed();
});
io.on("connection", (socket) => {
  const room = socket.handshake.auth.conversation;
  if (!socket.recovered) {
    socket.join(room);
    if (!seqs.has(room)) seqs.set(room, 0);
  }
  socket.on("send", async (message, acknowledge) => {
    const seq = next(room);
    const event = { id: message.id, seq, at: Date.now(), body: message.body };
    if (kept) {
      // What `socket.to(room).emit()` calls, and does not wait for.
      await io.of("/").adapter.broadcast(
        { type: 2, data: ["message", event], nsp: "/" },
        { rooms: new Set([room]), except: new Set([socket.id]), flags: {} },
      );
    } else {
      socket.to(room).emit("message", event);
    }
    acknowledge({ id: message.id, seq });
  });
});
http.listen({ host: "127.0.0.1", port: Number(port), backlog: 4096 }, () => console.log("ready"));
