// Frames over an event stream and POST, for networks that block sockets. Same face as the socket.
// Any node may answer a POST: each carries the hello, and brings back its answers.
import { frameOf } from "../core/socket.js";

/** Opens the event stream; frames go up by POST, one request at a time so that they keep their order. */
export function openEvents(base, hello, heard, gone) {
  const abort = new AbortController();
  const waiting = [];
  let token = null; // the welcome's
  let busy = false;

  const post = (path, body) =>
    fetch(base + "v1/visitor/" + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: abort.signal,
    });

  const hear = (frame) => {
    if (frame?.t === "welcome") token = frame.token;
    heard(frame);
    flush();
  };

  async function flush() {
    if (busy || !token || !waiting.length) return;
    busy = true;
    try {
      const answer = await post("send", { hello: { ...hello, token, cursors: {} }, frames: waiting.splice(0, 20) });
      if (!answer.ok && answer.status !== 400) throw answer;
      const { frames = [] } = await answer.json();
      frames.forEach(heard);
      busy = false;
      flush();
    } catch {
      end();
    }
  }

  /** Any loss ends the stream: what was not acknowledged is sent again on the next one. */
  function end(code) {
    if (abort.signal.aborted) return;
    abort.abort();
    gone(code);
  }

  post("stream", hello)
    .then(async (answer) => {
      if (!answer.ok) {
        hear(await answer.json().catch(() => null));
        throw answer;
      }
      await readEvents(answer.body, hear);
      end();
    })
    .catch(() => end());

  return {
    send(frames) {
      waiting.push(...frames);
      flush();
    },
    close: () => abort.abort(),
  };
}

/** Reads `data:` lines of an event stream; a comment is a sign of life and heard as null. */
async function readEvents(body, heard) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/);
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data:")) heard(frameOf(line.slice(5)));
      else if (line) heard(null);
    }
  }
}
