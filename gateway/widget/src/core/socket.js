// Frames over a WebSocket. A transport answers {send(frames), close()} and tells `heard(frame)`, and once `gone(code)`.

/** Opens a WebSocket. `gone` gets the close code. */
export function openSocket(base, hello, heard, gone) {
  const socket = new WebSocket(base.replace(/^http/, "ws") + "v1/visitor/socket");
  socket.onopen = () => socket.send(JSON.stringify(hello));
  socket.onmessage = (event) => heard(frameOf(event.data));
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

/** A frame from its text; null when it is none. */
export function frameOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
