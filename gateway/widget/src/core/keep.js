// What the browser keeps. For good: the visitor's key and the messages that were not acknowledged yet, one entry
// each so that tabs never overwrite one another. For the tab: its device id and what was open.

/** A Storage that may be forbidden; then it remembers only while the page lives. */
function storage(name) {
  try {
    const real = window[name];
    real.setItem("warbler", "");
    real.removeItem("warbler");
    return real;
  } catch {
    const memory = new Map();
    return {
      get length() {
        return memory.size;
      },
      key: (i) => [...memory.keys()][i],
      getItem: (key) => memory.get(key) ?? null,
      setItem: (key, value) => void memory.set(key, value),
      removeItem: (key) => void memory.delete(key),
    };
  }
}

/** The keeper of one inbox. */
export function keeper(inbox) {
  const prefix = `warbler:${inbox}:`;
  const lasting = storage("localStorage");
  const tab = storage("sessionStorage");
  const put = (store, key, value) => {
    try {
      if (value == null) store.removeItem(prefix + key);
      else store.setItem(prefix + key, value);
    } catch {
      // Full: the message is still sent while the page is open.
    }
  };
  return {
    tokenKey: prefix + "token",
    token: () => lasting.getItem(prefix + "token"),
    setToken: (token) => put(lasting, "token", token),
    /** Unsent messages, oldest first. */
    outbox() {
      const keys = Array.from({ length: lasting.length }, (_, i) => lasting.key(i));
      return keys
        .filter((key) => key.startsWith(prefix + "out:"))
        .sort()
        .map((key) => read(lasting.getItem(key)))
        .filter(Boolean);
    },
    addOut: (message) => put(lasting, "out:" + message.id, JSON.stringify(message)),
    dropOut: (id) => put(lasting, "out:" + id, null),
    /** What this tab remembers across pages of the site. */
    tab: () => read(tab.getItem(prefix + "tab")) || {},
    setTab(changes) {
      put(tab, "tab", JSON.stringify({ ...this.tab(), ...changes }));
    },
  };
}

function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
