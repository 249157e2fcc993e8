// The calculation a newcomer is asked for: a text whose SHA-256 begins with so many zero bits. In slices between the page's own
// work: a page of another origin may not start our script in a worker, and a strict policy forbids one made of text.
import { blockOf, hashHead } from "./sha256.js";

const SLICE_MS = 8; // less than a frame, so typing stays smooth
const BATCH = 256; // tries between two looks at the clock

/** Finds `<challenge>.<nonce>`. */
export function prove(challenge, bits) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel(); // a timer would sleep in a hidden tab
    let nonce = 0;
    port1.onmessage = () => {
      const until = performance.now() + SLICE_MS;
      do {
        for (const end = nonce + BATCH; nonce < end; nonce++) {
          const text = challenge + "." + nonce;
          if (Math.clz32(hashHead(blockOf(text))) < bits) continue;
          port1.close();
          return resolve(text);
        }
      } while (performance.now() < until);
      port2.postMessage(0);
    };
    port2.postMessage(0);
  });
}
