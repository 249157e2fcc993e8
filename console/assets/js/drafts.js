// Half-written texts, kept for this tab until they are sent.
const name = (conversation) => `warbler.draft.${conversation}`;

export function keep(conversation, body, mode) {
  if (!body) return forget(conversation);
  try {
    sessionStorage.setItem(name(conversation), JSON.stringify({ body, mode }));
  } catch {
    // A full or forbidden store costs only the draft after a reload.
  }
}

export function recall(conversation) {
  try {
    return JSON.parse(sessionStorage.getItem(name(conversation)));
  } catch {
    return null;
  }
}

export function forget(conversation) {
  try {
    sessionStorage.removeItem(name(conversation));
  } catch {
    // See keep.
  }
}
