// What goes up by POST, one request at a time so that frames keep their order. Any node may answer: each POST carries the hello.

/** Frames for the server; `heard` gets what is answered to each, `lost` hears that one was not answered. */
export function createPosts(post, hello, heard, lost) {
  const waiting = [];
  let token = null; // the welcome's
  let busy = false;

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
      lost();
    }
  }

  return {
    welcome(given) {
      token = given;
      flush();
    },
    send(frames) {
      waiting.push(...frames);
      flush();
    },
  };
}

/** A POST to the visitor's wire that ends with `signal`. */
export const poster = (base, signal) => (path, body) =>
  fetch(base + "v1/visitor/" + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
