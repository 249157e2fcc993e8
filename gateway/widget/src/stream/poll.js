// Frames by asking again and again, for networks that hold streams back: every answer is whole. Same face as the socket.
import { createPosts, poster } from "./posts.js";

/** Begins to ask; each answer says what the next question begins with. */
export function openPolls(base, hello, heard, gone) {
  const abort = new AbortController();
  const post = poster(base, abort.signal);
  const cursors = { ...hello.cursors };
  const posts = createPosts(post, hello, take, end);

  function take(frame) {
    const messages = frame.t === "history" ? frame.messages : /^(message|ack)$/.test(frame.t) ? [frame] : [];
    for (const { seq } of messages) cursors[frame.conversation] = Math.max(cursors[frame.conversation] || 0, seq);
    heard(frame);
    if (frame.t === "welcome") posts.welcome(frame.token);
  }

  function end() {
    if (abort.signal.aborted) return;
    abort.abort();
    gone();
  }

  async function ask(question) {
    const answer = await post("poll", question);
    if (!answer.ok) {
      heard(await answer.json().catch(() => null));
      throw answer;
    }
    const { frames, since, mark } = await answer.json();
    if (abort.signal.aborted) return;
    heard(null); // a sign of life
    frames.forEach(take);
    const { token } = frames.find((frame) => frame.t === "welcome") || question;
    return ask({ ...hello, token, cursors, poll: { since, mark } });
  }

  ask(hello).catch(end);
  return { send: posts.send, close: () => abort.abort() };
}
