// The line to the server: opens it, keeps it alive, comes back with jitter. It knows nothing of conversations.
import { loadPart } from "./parts.js";
import { openSocket } from "./socket.js";

const OPEN_MS = 6000; // an opening that takes longer counts as blocked
const PROOF_MS = 4000; // after sleep, an old line must answer within this
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30000;
const WAYS = ["socket", "stream", "poll"];

/**
 * A line. `hello()` makes the first frame, `heard(frame)` gets each frame, `changed(up)` hears it come and go.
 */
export function createLine(base, hello, heard, changed) {
  let wire = null; // what is open or opening
  let up = false; // welcomed
  let wanted = false;
  let resting = false; // paused because the page is in the back-forward cache
  let stopped = false; // the embedding is wrong: coming back would not help
  let losses = 0; // in a row, for the length of the pause
  let refusals = 0; // openings that failed in a row, for the choice of the transport
  let works = "socket"; // what came through; whatever else did, a socket that once did is tried first
  let proven = false; // the socket did
  let ways = WAYS; // without those that turned out to be held back
  let beat = 25000;
  let lastIn = 0;
  let lastOut = 0;
  let pinged = 0;
  let pause, ticking;

  function open() {
    clearTimeout(pause);
    if (wire || !wanted || stopped) return;
    const way = wayFor(refusals, works, ways);
    lastIn = lastOut = Date.now();
    pinged = 0;
    let mine = null;
    const ifCurrent = (act) => (value) => mine === wire && act(value, way);
    const opener = way === "socket" ? openSocket : openOther(way);
    mine = wire = opener(base, hello(), ifCurrent(hear), ifCurrent(lost));
    setTimeout(() => !up && mine === wire && lost(), OPEN_MS);
  }

  function hear(frame, way) {
    lastIn = Date.now();
    pinged = 0;
    if (!frame) return;
    if (frame.t === "welcome") {
      up = true;
      losses = refusals = 0;
      proven ||= way === "socket";
      works = proven ? "socket" : way;
      beat = frame.beat_ms || beat;
    }
    if (frame.t === "error" && /^(unknown_inbox|origin)$/.test(frame.code)) stopped = true;
    heard(frame);
    if (frame.t === "welcome") changed(true);
    if (frame.t === "bye") lost(0, 0, frame.after_ms);
  }

  function lost(code, way, after) {
    if (!wire) return;
    if (code === "stalled") ways = ways.filter((one) => one !== way);
    if (!ways.includes(works)) works = "poll";
    const was = up;
    wire.close();
    wire = null;
    up = false;
    stopped ||= code === 4002 || code === 4003;
    if (!was) refusals += 1;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** losses++, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
    if (wanted && !stopped) pause = setTimeout(open, after || wait);
    if (was || stopped) changed(false);
  }

  /** Pings when silent; a ping that stays without an answer means the line is dead, however alive it looks. */
  function tick() {
    const now = Date.now();
    if (up && pinged && now - pinged > beat) lost();
    else if (up && !pinged && now - lastOut >= beat) ping();
  }

  function ping() {
    pinged = Date.now();
    send({ t: "ping" });
  }

  /** The browser is back: do not wait out the pause, and find out quickly whether an old line still lives. */
  function wake() {
    if (document.hidden || !wanted) return;
    if (!wire) return open();
    if (!up || Date.now() - lastIn < beat / 2) return;
    ping();
    const asked = wire;
    setTimeout(() => {
      if (wire !== asked || !pinged) return;
      lost();
      open();
    }, PROOF_MS);
  }

  function send(...frames) {
    if (!up) return;
    lastOut = Date.now();
    wire.send(frames);
  }

  function start() {
    wanted = true;
    resting = false;
    ticking ||= setInterval(tick, 5000);
    open();
  }

  function stop() {
    wanted = false;
    lost();
    clearTimeout(pause);
  }

  addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  // An open socket would keep the host's page out of the back-forward cache.
  addEventListener("pagehide", () => {
    resting = wanted;
    stop();
  });
  addEventListener("pageshow", () => resting && start());

  return { start, stop, wake, send, isUp: () => up, isWanted: () => wanted, isStopped: () => stopped };
}

/** Two tries of what is known to work best, then one of each in turn. */
export function wayFor(refusals, works, ways) {
  if (!refusals) return works;
  return refusals < 2 ? "socket" : ways[(refusals - 1) % ways.length];
}

/** The stream or the polls, as soon as their part is here. */
const openOther = (way) => (base, hello, heard, gone) => {
  let wire;
  let closed = false;
  loadPart(base, "stream").then(
    (part) => closed || (wire = (way === "poll" ? part.openPolls : part.openEvents)(base, hello, heard, gone)),
    () => closed || gone(),
  );
  return {
    send: (frames) => wire.send(frames),
    close() {
      closed = true;
      wire?.close();
    },
  };
};
