// Frames over an event stream and POST, for networks that block sockets. Same face as the socket.
import { frameOf } from "../core/socket.js";
import { createPosts, poster } from "./posts.js";

const SILENT_MS = 40000; // the server says something every 15 s: a longer silence means that somebody on the way holds it back

/** Opens the event stream; frames go up by POST. A stream that is held back is `gone("stalled")`. */
export function openEvents(base, hello, heard, gone) {
  const abort = new AbortController();
  const post = poster(base, abort.signal);
  const posts = createPosts(post, hello, (frame) => heard(frame), end);
  let came = Date.now();
  const watch = setInterval(() => Date.now() - came > SILENT_MS && end("stalled"), 5000);

  const hear = (frame) => {
    came = Date.now();
    heard(frame);
    if (frame?.t === "welcome") posts.welcome(frame.token);
  };

  /** Any loss ends the stream: what was not acknowledged is sent again on the next one. */
  function end(code) {
    clearInterval(watch);
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
    send: posts.send,
    close() {
      clearInterval(watch);
      abort.abort();
    },
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
