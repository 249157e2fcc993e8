// Frames over a WebSocket. A transport answers {send(frames), close()} and tells `heard(frame)`, and once `gone(code)`.

const pack = typeof DecompressionStream === "function" ? "deflate" : undefined;

/** Opens a WebSocket. `gone` gets the close code. */
export function openSocket(base, hello, heard, gone) {
  const socket = new WebSocket(base.replace(/^http/, "ws") + "v1/visitor/socket");
  let unpacking = null; // what comes behind a packed frame waits for it
  socket.onopen = () => socket.send(JSON.stringify({ ...hello, pack }));
  socket.onmessage = ({ data }) => {
    const plain = typeof data === "string";
    if (plain && !unpacking) return heard(frameOf(data));
    const text = plain ? data : unpack(data);
    const mine = (unpacking = Promise.resolve(unpacking)
      .then(() => text)
      .then((text) => {
        if (unpacking === mine) unpacking = null;
        heard(frameOf(text));
      }, gone));
  };
  socket.onclose = (event) => gone(event.code);
  return {
    send(frames) {
      if (socket.readyState === WebSocket.OPEN) for (const frame of frames) socket.send(JSON.stringify(frame));
    },
    close() {
      socket.onmessage = socket.onclose = null;
      socket.close();
    },
  };
}

const unpack = (blob) => new Response(blob.stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();

/** A frame from its text; null when it is none. */
export function frameOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
